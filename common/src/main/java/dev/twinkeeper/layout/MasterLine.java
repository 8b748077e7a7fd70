package dev.twinkeeper.layout;

import dev.twinkeeper.contract.MasterId;

/**
 * The data of {@code /master}: id and address. An operator may write any text, so what is read back is for people only.
 */
public final class MasterLine {
    private MasterLine() {}

    public static byte[] encode(MasterId id, String address) {
        return Text.encode(id.name() + " " + address);
    }

    /** The first line, for a person. */
    public static String decode(byte[] data) {
        return Text.firstLine(data);
    }
}
