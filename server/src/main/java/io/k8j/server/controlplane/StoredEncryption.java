package io.k8j.server.controlplane;

import io.k8j.apiserver.encryption.Encryption;
import io.k8j.apiserver.encryption.EncryptionFile;
import io.k8j.apiserver.encryption.KeyRotation;
import io.k8j.model.time.Time;
import io.k8j.server.ServerConfig;
import io.k8j.server.UserException;
import io.k8j.server.flags.FlagValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How this cluster's objects are encrypted: by the file of {@code --encryption-provider-config}, or by one of our own that
 * the first start makes. A store in memory encrypts nothing unless a file is named.
 */
final class StoredEncryption implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoredEncryption.class);
    private static final Duration POLL = Duration.ofMinutes(1);

    private final Path file; // null if nothing is encrypted
    private final Time time;
    private final Encryption encryption;
    private final KeyRotation rotation; // null if the file is the user's
    private byte[] loaded; // used by one poll after the other
    private volatile boolean closed;

    private StoredEncryption(Path file, boolean own, Time time) throws IOException {
        this.file = file;
        this.time = time;
        this.loaded = Files.readAllBytes(file);
        this.encryption = Encryption.of(EncryptionFile.read(file.toString(), loaded), time);
        this.rotation = own ? KeyRotation.of(file, encryption) : null;
    }

    private StoredEncryption(Time time) {
        this.file = null;
        this.time = time;
        this.encryption = Encryption.none(time);
        this.rotation = null;
    }

    /** @throws UserException if the file cannot be used */
    static StoredEncryption open(ServerConfig config, Time time) {
        FlagValues flags = config.apiServerFlags();
        String named = flags.text("encryption-provider-config");
        if (named == null && config.datastoreEndpoint().equals("memory")) return new StoredEncryption(time);
        Path file = named != null ? Path.of(named) : config.dataDir().resolve("server/cred/encryption-config.json");
        try {
            if (named == null) KeyRotation.ensure(file);
            StoredEncryption opened = new StoredEncryption(file, named == null, time);
            if (flags.isOn("encryption-provider-config-automatic-reload", false)) opened.poll();
            return opened;
        } catch (IOException | IllegalArgumentException e) {
            throw new UserException(
                    "cannot use the encryption configuration %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    Encryption encryption() {
        return encryption;
    }

    KeyRotation rotation() {
        return rotation;
    }

    private void poll() {
        time.after(
                POLL,
                () -> Thread.ofVirtual().start(() -> {
                    if (closed) return;
                    reload();
                    poll();
                }));
    }

    /** Takes a changed file over; one that cannot be used changes nothing. */
    private void reload() {
        try {
            byte[] now = Files.readAllBytes(file);
            if (Arrays.equals(now, loaded)) return;
            encryption.replace(EncryptionFile.read(file.toString(), now));
            loaded = now;
            LOG.atInfo().addKeyValue("file", file).log("encryption configuration loaded anew");
        } catch (IOException | RuntimeException e) {
            LOG.atError()
                    .addKeyValue("file", file)
                    .setCause(e)
                    .log("encryption configuration not loaded; the old one stays");
        }
    }

    @Override
    public void close() {
        closed = true;
        encryption.close();
    }
}
