package io.k8j.apiserver.encryption;

import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One KMS v2 provider: asks the plugin how it is, makes a new seed whenever the plugin's key changes, and encrypts and
 * decrypts values with seeds that the plugin has encrypted or decrypted. Writes go on for three minutes after the plugin
 * was last well; reads of values whose seed is known go on without end.
 */
final class KmsPlugin implements ValueTransformer, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KmsPlugin.class);
    private static final Duration WHEN_WELL = Duration.ofMinutes(1);
    private static final Duration WHEN_ILL = Duration.ofSeconds(10);
    private static final Duration WRITES_UNTIL = Duration.ofMinutes(3);
    private static final Duration ANSWER_KEPT_WELL = Duration.ofSeconds(20);
    private static final Duration ANSWER_KEPT_ILL = Duration.ofSeconds(3);
    private static final int KNOWN_SEEDS = 4096;

    /** The seed that writes use, in plain and encrypted. */
    private record State(DerivedKeyGcm transformer, EncryptedObject template, Instant expires) {}

    private final String name;
    private final KmsService service;
    private final Time time;
    private final SecureRandom random;
    private final Object checkLock = new Object();
    private final Map<String, ValueTransformer> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ValueTransformer> eldest) {
            return size() > KNOWN_SEEDS;
        }
    }; // guarded by itself
    private volatile State state; // null before the plugin was well once
    private volatile boolean closed;
    private volatile Time.Timer next = () -> {};
    private String version; // guarded by checkLock
    private Instant checked = Instant.MIN; // guarded by checkLock
    private Duration keep = Duration.ZERO; // guarded by checkLock
    private String failure; // guarded by checkLock; null if the plugin is well

    KmsPlugin(String name, KmsService service, Time time, SecureRandom random) {
        this.name = name;
        this.service = service;
        this.time = time;
        this.random = random;
    }

    String name() {
        return name;
    }

    /** Looks at the plugin now and from then on in the background. */
    void start() {
        watch();
    }

    private void watch() {
        if (closed) return;
        Optional<String> wrong = check();
        wrong.ifPresent(why ->
                LOG.atWarn().addKeyValue("name", name).addKeyValue("cause", why).log("KMS plugin is not well"));
        next = time.after(
                Pace.UPKEEP,
                wrong.isEmpty() ? WHEN_WELL : WHEN_ILL,
                () -> Thread.ofVirtual().start(this::watch));
    }

    /** What is wrong with the plugin; an answer is kept for some seconds. */
    Optional<String> check() {
        synchronized (checkLock) {
            Instant now = time.instant();
            if (checked.isAfter(Instant.MIN) && now.isBefore(checked.plus(keep))) return Optional.ofNullable(failure);
            try {
                judge(service.status());
                failure = null;
            } catch (ValueException e) {
                failure = e.getMessage();
            }
            checked = now;
            keep = failure == null ? ANSWER_KEPT_WELL : ANSWER_KEPT_ILL;
            return Optional.ofNullable(failure);
        }
    }

    private void judge(KmsService.Status status) {
        if (!status.healthz().equals("ok")) throw ill("got unexpected healthz status: " + status.healthz());
        if (!status.version().equals("v2") && !status.version().equals("v2beta1")) {
            throw ill("expected KMSv2 API version v2, got " + status.version());
        }
        if (version == null) version = status.version();
        if (!version.equals(status.version())) {
            throw ill(("KMSv2 API version should not change after the initial status response version %s, got %s")
                    .formatted(version, status.version()));
        }
        String wrong = EncryptedObject.wrongKeyId(status.keyId());
        if (wrong != null) throw ill("got invalid KMSv2 KeyID hash \"\": " + wrong);
        renew(status.keyId());
    }

    private ValueException ill(String why) {
        return new ValueException("kmsv2 Provider %s is not healthy, error: %s".formatted(name, why));
    }

    /** Keeps the seed while the plugin's key is the same, and makes a new one when it changes. */
    private void renew(String keyId) {
        Instant expires = time.instant().plus(WRITES_UNTIL);
        State current = state;
        if (current != null && current.template().keyId().equals(keyId)) {
            state = new State(current.transformer(), current.template(), expires);
            return;
        }
        byte[] seed = new byte[DerivedKeyGcm.SEED];
        random.nextBytes(seed);
        KmsService.Encrypted encrypted;
        try {
            encrypted = service.encrypt(UUID.randomUUID().toString(), seed);
        } catch (ValueException e) {
            throw ill("failed to rotate DEK: failed to encrypt DEK, error: " + e.getMessage());
        }
        EncryptedObject template = new EncryptedObject(
                new byte[0], encrypted.keyId(), encrypted.ciphertext(), encrypted.annotations(), true);
        template.check();
        if (!encrypted.keyId().equals(keyId)) {
            throw ill("failed to rotate DEK: the plugin's status names another key than its encryption");
        }
        DerivedKeyGcm transformer = new DerivedKeyGcm(seed, random);
        remember(template, transformer);
        state = new State(transformer, template, expires);
    }

    @Override
    public byte[] seal(byte[] plain, byte[] context) {
        State now = state;
        if (now == null) throw new ValueException("got unexpected nil transformer");
        if (time.instant().isAfter(now.expires())) {
            throw new ValueException("encryptedDEKSource with keyID hash %s expired at %s (current time is %s)"
                    .formatted(hash(now.template().keyId()), now.expires(), time.instant()));
        }
        EncryptedObject template = now.template();
        return new EncryptedObject(
                        now.transformer().seal(plain, context),
                        template.keyId(),
                        template.source(),
                        template.annotations(),
                        true)
                .encode();
    }

    @Override
    public Opened open(byte[] stored, byte[] context) {
        EncryptedObject object = EncryptedObject.decode(stored);
        State now = state;
        if (now == null) throw new ValueException("got unexpected nil transformer");
        ValueTransformer transformer;
        synchronized (known) {
            transformer = known.get(identity(object));
        }
        if (transformer == null) transformer = ask(object);
        byte[] plain = transformer.open(object.data(), context).plain();
        boolean stale =
                !object.seeded() || !object.keyId().equals(now.template().keyId());
        return new Opened(plain, stale);
    }

    private ValueTransformer ask(EncryptedObject object) {
        byte[] key;
        try {
            key = service.decrypt(
                    UUID.randomUUID().toString(),
                    new KmsService.Encrypted(object.source(), object.keyId(), object.annotations()));
        } catch (ValueException e) {
            throw new ValueException("failed to decrypt DEK, error: " + e.getMessage(), e);
        }
        ValueTransformer transformer = object.seeded() ? new DerivedKeyGcm(key, random) : new AesGcm(key, random);
        remember(object, transformer);
        return transformer;
    }

    private void remember(EncryptedObject object, ValueTransformer transformer) {
        synchronized (known) {
            known.put(identity(object), transformer);
        }
    }

    /** The same for all values whose key has the same source. */
    private static String identity(EncryptedObject object) {
        byte[] source = new EncryptedObject(
                        new byte[0], object.keyId(), object.source(), object.annotations(), object.seeded())
                .encode();
        return new String(source, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static String hash(String keyId) {
        try {
            byte[] digest = java.security.MessageDigest.getInstance("SHA-256")
                    .digest(keyId.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            return "\"sha256:" + java.util.HexFormat.of().formatHex(digest) + "\"";
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    @Override
    public void close() {
        closed = true;
        next.cancel();
        service.close();
    }
}
