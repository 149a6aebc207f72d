package io.k8j.apiserver.encryption;

import io.k8j.apiserver.encryption.EncryptionConfiguration.Key;
import io.k8j.apiserver.encryption.EncryptionConfiguration.Provider;
import io.k8j.apiserver.encryption.EncryptionConfiguration.Rule;
import io.k8j.model.api.ApiException;
import io.k8j.model.json.Json;
import io.k8j.model.resource.GroupResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the keys of Secrets while the server runs, step by step, with k3s' words. Each step is one file that is replaced
 * as a whole, so a crash leaves the state before or after it; an interrupted re-encryption goes on at the next start, and
 * the old key goes only when no stored object needs it any more. One step at a time.
 */
public final class KeyRotation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeyRotation.class);
    private static final int KEY_BYTES = 32;

    /** Where a rotation stands. */
    enum Stage {
        START,
        PREPARE,
        ROTATE,
        REENCRYPT_REQUEST,
        REENCRYPT_ACTIVE,
        REENCRYPT_FINISHED;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Stage of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }

        boolean atRest() {
            return this == START || this == REENCRYPT_FINISHED;
        }
    }

    private final Path configuration;
    private final Path state;
    private final Encryption encryption;
    private final SecureRandom random = new SecureRandom();
    private Predicate<BooleanSupplier> rewrite; // set before the first step
    private Thread worker; // guarded by this
    private volatile boolean closed;

    private KeyRotation(Path configuration, Encryption encryption) {
        this.configuration = configuration;
        this.state = configuration.resolveSibling("encryption-state.json");
        this.encryption = encryption;
    }

    /** Takes charge of a configuration file that {@link #ensure} made. */
    public static KeyRotation of(Path configuration, Encryption encryption) {
        return new KeyRotation(configuration, encryption);
    }

    /** Makes the file if there is none: Secrets are encrypted with AES-GCM, and plain ones of before can be read. */
    public static void ensure(Path configuration) throws IOException {
        if (Files.exists(configuration)) return;
        byte[] secret = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(secret);
        SecretFile.write(
                configuration,
                EncryptionFile.write(new EncryptionConfiguration(List.of(new Rule(
                        List.of(new GroupResource("", "secrets")),
                        List.of(new Provider.Gcm(List.of(new Key("key1", secret))), new Provider.Plain()))))));
    }

    /**
     * Goes on with a re-encryption that was interrupted.
     *
     * @param rewriter stores all objects again that are not as they would be written now, until none is left; false if it
     *     was told to stop before
     */
    public synchronized void start(Predicate<BooleanSupplier> rewriter) {
        rewrite = rewriter;
        closed = false;
        Map<String, Object> stored = read();
        Stage stage = stage(stored);
        if (stage == Stage.REENCRYPT_REQUEST || stage == Stage.REENCRYPT_ACTIVE) {
            reencryptInBackground(Boolean.TRUE.equals(stored.get("skip")));
        }
    }

    /** What {@code k8j secrets-encrypt status} shows. */
    public synchronized Map<String, Object> status() {
        EncryptionConfiguration now = encryption.configuration();
        List<String> names = RotationPlan.keys(now).stream().map(Key::name).toList();
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("enable", RotationPlan.enabled(now));
        status.put("stage", stage(read()).word());
        status.put("keytype", RotationPlan.type(now));
        status.put("activekey", names.getFirst());
        status.put("inactivekeys", names.subList(1, names.size()));
        status.put("hashmatch", true);
        return status;
    }

    /** Writes encrypted, or plain, from now on; what is stored stays as it is until it is re-encrypted. */
    public synchronized void enable(boolean wanted) {
        Stage stage = stage(read());
        if (!stage.atRest()) throw wrongStage(stage);
        if (RotationPlan.enabled(encryption.configuration()) != wanted) {
            use(RotationPlan.enabled(encryption.configuration(), wanted));
        }
    }

    /**
     * Takes one step.
     *
     * @param step {@code prepare}, {@code rotate}, {@code reencrypt} or {@code rotate-keys}
     * @param force whether to take the step whatever came before
     * @param skip whether to keep the keys that are used no longer
     * @throws ApiException 400 if it is not this step's turn
     */
    public synchronized void step(String step, boolean force, boolean skip) {
        Stage stage = stage(read());
        boolean running = worker != null && worker.isAlive();
        switch (step) {
            case "prepare" -> {
                if (running || !(stage.atRest() || force)) throw wrongStage(stage);
                prepare();
            }
            case "rotate" -> {
                if (running || !(stage == Stage.PREPARE || force)) throw wrongStage(stage);
                rotate();
            }
            case "reencrypt" -> {
                if (running || !(stage == Stage.ROTATE || force)) throw wrongStage(stage);
                reencryptInBackground(skip);
            }
            case "rotate-keys" -> {
                if (running || !(stage.atRest() || force)) throw wrongStage(stage);
                prepare();
                rotate();
                reencryptInBackground(skip);
            }
            default -> throw ApiException.badRequest("unknown stage " + step + " requested");
        }
    }

    private static ApiException wrongStage(Stage stage) {
        return ApiException.badRequest("error, incorrect stage " + stage.word() + " found");
    }

    private void prepare() {
        List<Key> keys = RotationPlan.keys(encryption.configuration());
        byte[] secret = new byte[KEY_BYTES];
        random.nextBytes(secret);
        Key next = new Key(RotationPlan.nextName(keys), secret);
        use(RotationPlan.prepared(encryption.configuration(), next));
        write(Stage.PREPARE, false, next.name());
    }

    private void rotate() {
        List<Key> keys = RotationPlan.keys(encryption.configuration());
        if (keys.size() < 2) {
            throw ApiException.badRequest("error, there is no second key to rotate to: prepare one first");
        }
        // The name is kept on disk, so that the step is the same when it is taken again after a crash.
        String next =
                read().get("key") instanceof String name ? name : keys.getLast().name();
        use(RotationPlan.rotated(encryption.configuration(), next));
        write(Stage.ROTATE, false, next);
    }

    private void reencryptInBackground(boolean skip) {
        write(Stage.REENCRYPT_REQUEST, skip, null);
        worker = Thread.ofVirtual().name("re-encryption").start(() -> reencrypt(skip));
    }

    private void reencrypt(boolean skip) {
        try {
            write(Stage.REENCRYPT_ACTIVE, skip, null);
            if (!rewrite.test(() -> closed)) return; // goes on at the next start
            synchronized (this) {
                if (!skip) use(RotationPlan.cleaned(encryption.configuration()));
                write(Stage.REENCRYPT_FINISHED, false, null);
            }
            LOG.atInfo().log("all Secrets are encrypted with the current key");
        } catch (RuntimeException e) {
            LOG.atError()
                    .setCause(e)
                    .log("re-encryption stopped; it goes on at the next start, or when asked for again");
        }
    }

    /** First the file, then the transformers: what was written can be read after a crash in between. */
    private void use(EncryptionConfiguration changed) {
        try {
            SecretFile.write(configuration, EncryptionFile.write(changed));
        } catch (IOException e) {
            throw new UncheckedIOException("write " + configuration + ": " + e.getMessage(), e);
        }
        encryption.replace(changed);
    }

    private Map<String, Object> read() {
        try {
            return Json.parseObject(Files.readAllBytes(state));
        } catch (NoSuchFileException e) {
            return Map.of(); // no rotation was ever begun
        } catch (IOException e) {
            throw new UncheckedIOException("read " + state + ": " + e.getMessage(), e);
        }
    }

    private static Stage stage(Map<String, Object> stored) {
        return stored.get("stage") instanceof String word ? Stage.of(word) : Stage.START;
    }

    private void write(Stage stage, boolean skip, String key) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("stage", stage.word());
        tree.put("skip", skip);
        if (key != null) tree.put("key", key);
        try {
            SecretFile.write(state, Json.write(tree));
        } catch (IOException e) {
            throw new UncheckedIOException("write " + state + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        closed = true;
        Thread running;
        synchronized (this) {
            running = worker;
        }
        if (running == null) return;
        try {
            running.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
