package dev.twinkeeper.layout;

import dev.twinkeeper.contract.MasterId;

/** The data of {@code /master-epoch}: id and nonce of the last claim. The epoch itself is the znode's data version. */
public record EpochLine(String id, String nonce) {
    public static EpochLine of(MasterId id, String nonce) {
        return new EpochLine(id.name(), nonce);
    }

    public byte[] encode() {
        return Text.encode(id + " " + nonce);
    }

    /** Never throws: what an operator wrote there is not a claim. */
    public static EpochLine decode(byte[] data) {
        String line = Text.line(data);
        int space = line.indexOf(' ');
        return space < 0
                ? new EpochLine(line, "")
                : new EpochLine(
                        line.substring(0, space), line.substring(space + 1).strip());
    }
}
