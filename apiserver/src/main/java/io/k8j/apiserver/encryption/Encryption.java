package io.k8j.apiserver.encryption;

import io.k8j.apiserver.encryption.EncryptionConfiguration.Key;
import io.k8j.apiserver.encryption.EncryptionConfiguration.Provider;
import io.k8j.apiserver.encryption.EncryptionConfiguration.Rule;
import io.k8j.model.resource.GroupResource;
import io.k8j.model.time.Time;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;

/**
 * The transformers of all resources, made of one configuration that may be replaced while the server runs. Safe for all
 * threads; a call that has begun finishes with the transformers it began with.
 */
public final class Encryption implements AutoCloseable {
    private static final GroupResource EVERYTHING = new GroupResource("*", "*");
    private static final EncryptionConfiguration NOTHING = new EncryptionConfiguration(List.of());
    /** Calls that are under way may still use a plugin that the new configuration does not name. */
    private static final Duration PLUGIN_KEPT = Duration.ofSeconds(10);

    /** What was made of one configuration. */
    private record Current(
            EncryptionConfiguration configuration,
            Map<GroupResource, ValueTransformer> transformers,
            List<KmsPlugin> plugins,
            Map<GroupResource, ValueTransformer> resolved) {
        ValueTransformer of(GroupResource resource) {
            return resolved.computeIfAbsent(resource, this::find);
        }

        private ValueTransformer find(GroupResource resource) {
            for (GroupResource key : List.of(resource, new GroupResource(resource.group(), "*"), EVERYTHING)) {
                ValueTransformer transformer = transformers.get(key);
                if (transformer != null) return transformer;
            }
            return Identity.INSTANCE;
        }
    }

    private final Time time;
    private final SecureRandom random = new SecureRandom();
    private final EncryptionMetrics metrics = new EncryptionMetrics();
    private final BiFunction<Path, Duration, KmsService> connect;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Current current;

    private Encryption(
            EncryptionConfiguration configuration, Time time, BiFunction<Path, Duration, KmsService> connect) {
        this.time = time;
        this.connect = connect;
        this.current = make(configuration);
        this.current.plugins().forEach(KmsPlugin::start);
    }

    /** Makes the transformers of a configuration; plugins that it names are asked at once. */
    public static Encryption of(EncryptionConfiguration configuration, Time time) {
        return new Encryption(configuration, time, GrpcKmsService::new);
    }

    /** Stores everything plainly, and refuses to read encrypted values. */
    public static Encryption none(Time time) {
        return of(NOTHING, time);
    }

    /** The transformer of one resource; it follows later configurations. */
    public ValueTransformer forResource(GroupResource resource) {
        return new ValueTransformer() {
            @Override
            public byte[] seal(byte[] plain, byte[] context) {
                return current.of(resource).seal(plain, context);
            }

            @Override
            public Opened open(byte[] stored, byte[] context) {
                return current.of(resource).open(stored, context);
            }

            @Override
            public boolean transforms() {
                return current.of(resource).transforms();
            }
        };
    }

    /** Whether a configuration says anything about a resource. */
    public boolean covers(GroupResource resource) {
        return current.of(resource) != Identity.INSTANCE;
    }

    public EncryptionConfiguration configuration() {
        return current.configuration();
    }

    /** Uses another configuration from now on. */
    public synchronized void replace(EncryptionConfiguration configuration) {
        Current before = current;
        Current made = make(configuration);
        made.plugins().forEach(KmsPlugin::start);
        Optional<String> ill = check(made.plugins());
        if (ill.isPresent()) {
            made.plugins().forEach(KmsPlugin::close);
            metrics.reloaded(false);
            throw new ValueException(ill.get());
        }
        current = made;
        metrics.reloaded(true);
        if (!before.plugins().isEmpty()) {
            time.after(PLUGIN_KEPT, () -> before.plugins().forEach(KmsPlugin::close));
        }
        listeners.forEach(Runnable::run);
    }

    /** Calls back after each replacement, on the thread that replaced. */
    public void onReplaced(Runnable listener) {
        listeners.add(listener);
    }

    /** Whether there are KMS plugins. */
    public boolean usesPlugins() {
        return !current.plugins().isEmpty();
    }

    /** What is wrong with the KMS plugins. */
    public Optional<String> check() {
        return check(current.plugins());
    }

    private static Optional<String> check(List<KmsPlugin> plugins) {
        List<String> ill = new ArrayList<>();
        for (int i = 0; i < plugins.size(); i++) {
            int index = i;
            plugins.get(i).check().ifPresent(why -> ill.add("kms-provider-" + index + ": " + why));
        }
        return ill.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", ill));
    }

    public EncryptionMetrics metrics() {
        return metrics;
    }

    private Current make(EncryptionConfiguration configuration) {
        Map<GroupResource, List<Prefixed.Entry>> entries = new LinkedHashMap<>();
        List<KmsPlugin> plugins = new ArrayList<>();
        for (Rule rule : configuration.resources()) {
            List<Prefixed.Entry> made =
                    rule.providers().stream().map(p -> entry(p, plugins)).toList();
            for (GroupResource resource : rule.resources()) {
                entries.computeIfAbsent(resource, r -> new ArrayList<>()).addAll(made);
            }
        }
        Map<GroupResource, ValueTransformer> transformers = new LinkedHashMap<>();
        entries.forEach((resource, list) ->
                transformers.put(resource, new Prefixed(list, "no matching prefix found", metrics)));
        return new Current(configuration, transformers, plugins, new ConcurrentHashMap<>());
    }

    private Prefixed.Entry entry(Provider provider, List<KmsPlugin> plugins) {
        return switch (provider) {
            case Provider.Plain plain -> new Prefixed.Entry("", Identity.INSTANCE);
            case Provider.Gcm(List<Key> keys) ->
                keyed("k8s:enc:aesgcm:v1:", "AES", keys, key -> new AesGcm(key.secret(), random));
            case Provider.Cbc(List<Key> keys) ->
                keyed("k8s:enc:aescbc:v1:", "AES", keys, key -> new AesCbc(key.secret(), random));
            case Provider.Box(List<Key> keys) ->
                keyed("k8s:enc:secretbox:v1:", "Secretbox", keys, key -> new SecretBox(key.secret(), random));
            case Provider.Kms(String name, String endpoint, Duration timeout) -> {
                Path socket = Path.of(URI.create(endpoint).getPath());
                KmsPlugin plugin = new KmsPlugin(name, connect.apply(socket, timeout), time, random);
                plugins.add(plugin);
                yield new Prefixed.Entry("k8s:enc:kms:v2:" + name + ":", plugin);
            }
        };
    }

    private static Prefixed.Entry keyed(
            String prefix,
            String family,
            List<Key> keys,
            java.util.function.Function<Key, ValueTransformer> transformer) {
        List<Prefixed.Entry> entries = keys.stream()
                .map(key -> new Prefixed.Entry(key.name() + ":", transformer.apply(key)))
                .toList();
        return new Prefixed.Entry(
                prefix,
                new Prefixed(entries, "no matching key was found for the provided " + family + " transformer", null));
    }

    @Override
    public void close() {
        current.plugins().forEach(KmsPlugin::close);
    }
}
