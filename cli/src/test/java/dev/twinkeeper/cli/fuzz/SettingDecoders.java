package dev.twinkeeper.cli.fuzz;

import dev.twinkeeper.contract.ConnectString;
import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Security;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What people type. All of it is refused with a CoordinationException, or read and written back. */
final class SettingDecoders {
    private static final Security.Credentials OWN = Security.Credentials.parse("me:secret");

    private SettingDecoders() {}

    static void connectString(byte[] input) {
        ConnectString read = ConnectString.parse(TreeDecoders.text(input));
        Expect.same(ConnectString.parse(read.toString()), read);
        Expect.that(!read.servers().isEmpty() && read.servers().indexOf('/') < 0, "servers " + read.servers());
        Expect.that(read.chroot().isEmpty() || read.chroot().startsWith("/"), "chroot " + read.chroot());
    }

    static void duration(byte[] input) {
        Duration read = Durations.parse(TreeDecoders.text(input));
        Expect.same(Durations.parse(Durations.format(read)), read);
    }

    static void credentials(byte[] input) {
        String text = TreeDecoders.text(input);
        Security.Credentials read = Security.Credentials.parse(text);
        Expect.same(new String(read.bytes(), StandardCharsets.UTF_8), text);
        Security.Grant grant = read.grant();
        if (text.indexOf(',') < 0 && text.equals(text.strip())) {
            String written = grant.scheme() + ":" + grant.id();
            Expect.same(Security.Grant.parse(written, Optional.empty()), List.of(grant));
        }
    }

    static void identities(byte[] input) {
        List<Security.Grant> read = Security.Grant.parse(TreeDecoders.text(input), Optional.of(OWN));
        Security.NONE.withAcl(read);
    }
}
