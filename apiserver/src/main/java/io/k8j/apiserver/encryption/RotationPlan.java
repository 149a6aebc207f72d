package io.k8j.apiserver.encryption;

import io.k8j.apiserver.encryption.EncryptionConfiguration.Key;
import io.k8j.apiserver.encryption.EncryptionConfiguration.Provider;
import io.k8j.apiserver.encryption.EncryptionConfiguration.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;

/** What each step of a rotation makes of a configuration. Pure: nothing is read, written or drawn by lot here. */
final class RotationPlan {
    private RotationPlan() {}

    /** The rule for Secrets. */
    static Rule secrets(EncryptionConfiguration configuration) {
        return configuration.resources().stream()
                .filter(rule -> rule.resources().stream()
                        .anyMatch(r -> r.group().isEmpty() && r.resource().equals("secrets")))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the encryption configuration has no entry for secrets"));
    }

    /** The keys that encrypt Secrets, the one that writes first. */
    static List<Key> keys(EncryptionConfiguration configuration) {
        return secrets(configuration).providers().stream()
                .map(RotationPlan::keysOf)
                .filter(keys -> !keys.isEmpty())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the encryption configuration has no keys: keys of a KMS"
                        + " plugin are rotated by the plugin"));
    }

    private static List<Key> keysOf(Provider provider) {
        return switch (provider) {
            case Provider.Gcm(List<Key> keys) -> keys;
            case Provider.Cbc(List<Key> keys) -> keys;
            case Provider.Box(List<Key> keys) -> keys;
            case Provider.Plain plain -> List.of();
            case Provider.Kms kms -> List.of();
        };
    }

    /** The provider's name as status shows it. */
    static String type(EncryptionConfiguration configuration) {
        return secrets(configuration).providers().stream()
                .filter(provider -> !keysOf(provider).isEmpty())
                .findFirst()
                .map(provider -> switch (provider) {
                    case Provider.Gcm gcm -> "AES-GCM";
                    case Provider.Cbc cbc -> "AES-CBC";
                    case Provider.Box box -> "XSalsa20-POLY1305";
                    case Provider.Plain plain -> "";
                    case Provider.Kms kms -> "";
                })
                .orElse("");
    }

    static boolean enabled(EncryptionConfiguration configuration) {
        return !(secrets(configuration).providers().getFirst() instanceof Provider.Plain);
    }

    /** Writes plainly, or encrypted, from now on; both are read. */
    static EncryptionConfiguration enabled(EncryptionConfiguration configuration, boolean wanted) {
        return withProviders(configuration, providers -> {
            List<Provider> ordered = new ArrayList<>(providers);
            ordered.removeIf(provider -> provider instanceof Provider.Plain);
            ordered.add(wanted ? ordered.size() : 0, new Provider.Plain());
            return ordered;
        });
    }

    /** Adds a key that only reads. */
    static EncryptionConfiguration prepared(EncryptionConfiguration configuration, Key added) {
        return withKeys(configuration, keys -> {
            List<Key> more = new ArrayList<>(keys);
            more.add(added);
            return more;
        });
    }

    /** The named key writes from now on; without effect if it does so already. */
    static EncryptionConfiguration rotated(EncryptionConfiguration configuration, String name) {
        return withKeys(configuration, keys -> {
            List<Key> turned = new ArrayList<>(keys);
            turned.sort(Comparator.comparing(key -> !key.name().equals(name)));
            return turned;
        });
    }

    /** Only the key that writes is left. */
    static EncryptionConfiguration cleaned(EncryptionConfiguration configuration) {
        return withKeys(configuration, keys -> keys.subList(0, 1));
    }

    /** A name that no key has: the number after the highest one. */
    static String nextName(List<Key> keys) {
        long highest = 0;
        for (Key key : keys) {
            String digits = key.name().replaceAll("^.*?(\\d{0,9})$", "$1");
            highest = Math.max(highest, digits.isEmpty() ? 0 : Long.parseLong(digits));
        }
        return "key" + (highest + 1);
    }

    private static EncryptionConfiguration withKeys(
            EncryptionConfiguration configuration, UnaryOperator<List<Key>> change) {
        return withProviders(
                configuration,
                providers -> providers.stream()
                        .map(provider -> keysOf(provider).isEmpty()
                                ? provider
                                : switch (provider) {
                                    case Provider.Gcm(List<Key> keys) -> new Provider.Gcm(change.apply(keys));
                                    case Provider.Cbc(List<Key> keys) -> new Provider.Cbc(change.apply(keys));
                                    case Provider.Box(List<Key> keys) -> new Provider.Box(change.apply(keys));
                                    case Provider.Plain plain -> plain;
                                    case Provider.Kms kms -> kms;
                                })
                        .toList());
    }

    private static EncryptionConfiguration withProviders(
            EncryptionConfiguration configuration, UnaryOperator<List<Provider>> change) {
        Rule changed = secrets(configuration);
        return new EncryptionConfiguration(configuration.resources().stream()
                .map(rule -> rule == changed ? new Rule(rule.resources(), change.apply(rule.providers())) : rule)
                .toList());
    }
}
