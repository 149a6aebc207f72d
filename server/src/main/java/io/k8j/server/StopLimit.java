package io.k8j.server;

import io.k8j.server.certs.Pem;
import io.k8j.server.flags.FlagValues;
import io.k8j.server.node.KubeletSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** How long the server of a data directory may take to stop: noted there, because whoever stops it has other flags. */
public final class StopLimit {
    private static final Duration USUAL = Duration.ofSeconds(60);

    private StopLimit() {}

    /** Notes how long this server may take. */
    public static void note(ServerConfig config) throws IOException {
        Duration pods = KubeletSettings.shutdown(config.kubeletFlags()).total();
        note(config.dataDir(), pods.plus(delay(config.apiServerFlags())));
    }

    /** @param more how long it may take beyond what each server may */
    static void note(Path dataDir, Duration more) throws IOException {
        if (more.isZero()) Files.deleteIfExists(file(dataDir));
        else Pem.writeReplaceable(file(dataDir), USUAL.plus(more).toSeconds() + "\n", false);
    }

    private static Duration delay(FlagValues flags) {
        return flags.duration("shutdown-delay-duration", Duration.ZERO);
    }

    /** How long to wait for the end of the server that uses the directory. */
    public static Duration of(Path dataDir) throws IOException {
        if (!Files.exists(file(dataDir))) return USUAL;
        try {
            return Duration.ofSeconds(
                    Long.parseLong(Files.readString(file(dataDir)).strip()));
        } catch (NumberFormatException e) {
            return USUAL; // it was not written by a server
        }
    }

    private static Path file(Path dataDir) {
        return dataDir.resolve("server/stop-seconds");
    }
}
