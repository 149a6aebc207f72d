package io.k8j.apiserver.encryption;

import io.k8j.model.resource.GroupResource;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Which resources are stored encrypted, and how: {@code EncryptionConfiguration} of {@code apiserver.config.k8s.io/v1}.
 *
 * @param resources earlier entries win; wildcards are {@code *.}, {@code *.group} and {@code *.*}
 */
public record EncryptionConfiguration(List<Rule> resources) {
    /** Resources and their providers: the first one writes, all read. */
    public record Rule(List<GroupResource> resources, List<Provider> providers) {}

    /** One way to store values. */
    public sealed interface Provider {
        record Plain() implements Provider {}

        record Gcm(List<Key> keys) implements Provider {}

        record Cbc(List<Key> keys) implements Provider {}

        record Box(List<Key> keys) implements Provider {}

        /** @param endpoint {@code unix:///path/of/socket} */
        record Kms(String name, String endpoint, Duration timeout) implements Provider {}
    }

    /** A named key. Its text shows the name only. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Key(String name, byte[] secret) {
        /** The secret as configuration files write it. */
        public String base64() {
            return Base64.getEncoder().encodeToString(secret);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && key.name.equals(name) && Arrays.equals(key.secret, secret);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }

        @Override
        public String toString() {
            return "Name: " + name + ", Secret: [REDACTED]";
        }
    }
}
