package dev.twinkeeper.scenarios.lab;

import java.time.Duration;
import java.util.Arrays;

/** A ZooKeeper session as its owner knows it: enough for another handle to take it over. */
public record SessionCredentials(long id, byte[] password, Duration timeout) {
    public SessionCredentials {
        password = password.clone();
    }

    @Override
    public byte[] password() {
        return password.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SessionCredentials that && id == that.id && Arrays.equals(password, that.password);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(id);
    }

    @Override
    public String toString() {
        return "0x" + Long.toHexString(id);
    }
}
