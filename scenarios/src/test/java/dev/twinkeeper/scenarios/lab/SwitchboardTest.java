package dev.twinkeeper.scenarios.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SwitchboardTest {
    private static final int PATIENCE_MS = 5_000;

    /** Long enough for what is not held back to have arrived. */
    private static final int SILENCE_MS = 300;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private Ports real;
    private Switchboard switchboard;

    @BeforeEach
    void open() throws IOException {
        real = Ports.reserve(4);
        switchboard = opened(new Switchboard(2, real));
        real.release();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private <C extends AutoCloseable> C opened(C closeable) {
        opened.add(closeable);
        return closeable;
    }

    private ServerSocket listen(int index) throws IOException {
        return opened(new ServerSocket(real.get(index), 5, InetAddress.getByName(Ports.HOST)));
    }

    private int port(int from, int to, int which) {
        return Integer.parseInt(switchboard.address(from, to).split(":")[which]);
    }

    private Socket dial(int port) throws IOException {
        Socket socket = opened(new Socket(Ports.HOST, port));
        socket.setSoTimeout(PATIENCE_MS);
        return socket;
    }

    private Socket accept(ServerSocket server) throws IOException {
        server.setSoTimeout(PATIENCE_MS);
        Socket socket = opened(server.accept());
        socket.setSoTimeout(PATIENCE_MS);
        return socket;
    }

    @Test
    void aServerStandsForItselfAndTunnelsForTheOthers() {
        assertThat(switchboard.address(1, 1)).isEqualTo("127.0.0.1:" + real.get(0) + ":" + real.get(2));
        assertThat(switchboard.address(1, 2)).doesNotContain(String.valueOf(real.get(1)));
    }

    @Test
    void bytesPassBothWaysBetweenPeers() throws IOException {
        ServerSocket leader = listen(1);

        Socket follower = dial(port(1, 2, 1));
        Socket accepted = accept(leader);
        follower.getOutputStream().write(7);
        accepted.getOutputStream().write(8);

        assertThat(accepted.getInputStream().read()).isEqualTo(7);
        assertThat(follower.getInputStream().read()).isEqualTo(8);
    }

    @Test
    void aFollowerWaitsForALeaderThatDoesNotListenYet() throws Exception {
        Socket follower = dial(port(1, 2, 1));
        follower.getOutputStream().write(7);
        Thread.sleep(SILENCE_MS);

        Socket accepted = accept(listen(1));

        assertThat(accepted.getInputStream().read()).isEqualTo(7);
    }

    @Test
    void theOpeningOfAnElectionNamesTheTunnelThatLeadsBack() throws IOException {
        ServerSocket election = listen(3);
        byte[] own = ("127.0.0.1:" + real.get(2)).getBytes(StandardCharsets.US_ASCII);

        DataOutputStream out = new DataOutputStream(dial(port(1, 2, 2)).getOutputStream());
        out.writeLong(-65_536);
        out.writeLong(1);
        out.writeInt(own.length);
        out.write(own);
        out.write(9);

        DataInputStream in = new DataInputStream(accept(election).getInputStream());
        assertThat(in.readLong()).isEqualTo(-65_536);
        assertThat(in.readLong()).isEqualTo(1);
        assertThat(new String(in.readNBytes(in.readInt()), StandardCharsets.US_ASCII))
                .isEqualTo("127.0.0.1:" + port(2, 1, 2));
        assertThat(in.read()).isEqualTo(9);
    }

    @Test
    void aSilencedServerIsHeardNoMoreAndItsConnectionsBreakWhenItIsOver() throws IOException {
        Socket follower = dial(port(1, 2, 1));
        Socket accepted = accept(listen(1));
        switchboard.silence(2);
        follower.getOutputStream().write(7);

        accepted.setSoTimeout(SILENCE_MS);
        assertThatThrownBy(() -> accepted.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

        switchboard.mend();
        accepted.setSoTimeout(PATIENCE_MS);
        assertThatThrownBy(() -> readToTheEnd(accepted)).isInstanceOf(IOException.class);
    }

    @Test
    void aServerThatIsCutOffIsReachedAgainWhenItIsOver() throws IOException {
        ServerSocket leader = listen(1);
        Socket follower = dial(port(1, 2, 1));
        accept(leader);
        switchboard.cut(2);

        assertThatThrownBy(() -> readToTheEnd(follower)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> readToTheEnd(dial(port(1, 2, 1)))).isInstanceOf(IOException.class);

        switchboard.mend();
        dial(port(1, 2, 1)).getOutputStream().write(7);
        assertThat(accept(leader).getInputStream().read()).isEqualTo(7);
    }

    @Test
    void aCutOneWayHoldsBackThatWayOnlyUntilItIsOver() throws IOException {
        ServerSocket leader = listen(1);
        Socket follower = dial(port(1, 2, 1));
        Socket accepted = accept(leader);
        switchboard.cutOneWay(1, 2);
        follower.getOutputStream().write(7);
        accepted.getOutputStream().write(8);

        assertThat(follower.getInputStream().read()).isEqualTo(8);
        accepted.setSoTimeout(SILENCE_MS);
        assertThatThrownBy(() -> accepted.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

        switchboard.mend();
        accepted.setSoTimeout(PATIENCE_MS);
        assertThat(accepted.getInputStream().read()).isEqualTo(7);
    }

    @Test
    void aCutOneWayIsOneOfTheServersNotOfTheConnections() throws IOException {
        ServerSocket leader = listen(1);
        Socket follower = dial(port(1, 2, 1));
        Socket accepted = accept(leader);
        switchboard.cutOneWay(2, 1);
        follower.getOutputStream().write(7);
        accepted.getOutputStream().write(8);

        assertThat(accepted.getInputStream().read()).isEqualTo(7);
        follower.setSoTimeout(SILENCE_MS);
        assertThatThrownBy(() -> follower.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
    }

    /** A reset throws; an orderly end would return. */
    private static void readToTheEnd(Socket socket) throws IOException {
        if (socket.getInputStream().read() < 0) {
            throw new AssertionError("ended in good order");
        }
    }
}
