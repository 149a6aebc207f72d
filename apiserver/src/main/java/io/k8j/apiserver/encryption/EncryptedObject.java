package io.k8j.apiserver.encryption;

import java.io.IOException;
import java.util.Map;

/**
 * What KMS v2 stores: the encrypted value and, encrypted by the plugin, the source of the key that it was encrypted with.
 *
 * @param data the encrypted value
 * @param keyId the plugin's name for its key
 * @param source the encrypted data key or seed
 * @param annotations further facts of the plugin, by domain name
 * @param seeded whether {@code source} is a seed from which each value's key is derived; else it is the key
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record EncryptedObject(byte[] data, String keyId, byte[] source, Map<String, byte[]> annotations, boolean seeded) {
    private static final int MAX_KEY_ID = 1024;
    private static final int MAX_SOURCE = 1024;
    private static final int MAX_ANNOTATIONS = 32 * 1024;
    private static final java.util.regex.Pattern DOMAIN =
            java.util.regex.Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+\\.?");

    byte[] encode() {
        return new WireFields.Writer()
                .add(1, data)
                .add(2, keyId)
                .add(3, source)
                .add(4, annotations)
                .add(5, seeded ? 1 : 0)
                .bytes();
    }

    static EncryptedObject decode(byte[] stored) {
        EncryptedObject object;
        try {
            WireFields fields = WireFields.read(stored);
            if (fields.number(5) < 0 || fields.number(5) > 1) {
                throw new ValueException("unknown encryptedDEKSourceType: " + fields.number(5));
            }
            object = new EncryptedObject(
                    fields.bytes(1), fields.text(2), fields.bytes(3), fields.map(4), fields.number(5) == 1);
        } catch (IOException e) {
            throw new ValueException("proto: cannot parse invalid wire-format data", e);
        }
        if (object.data.length == 0) throw new ValueException("encrypted data is empty");
        object.check();
        return object;
    }

    /** @throws ValueException if the plugin gave what it must not */
    void check() {
        if (source.length == 0) {
            throw new ValueException("failed to validate encrypted DEK source: encrypted DEK source is empty");
        }
        if (source.length > MAX_SOURCE) {
            throw new ValueException(("failed to validate encrypted DEK source: encrypted DEK source is %d bytes, which"
                            + " exceeds the max size of %d")
                    .formatted(source.length, MAX_SOURCE));
        }
        String wrong = wrongKeyId(keyId);
        if (wrong != null) throw new ValueException("failed to validate key id: " + wrong);
        long size = 0;
        for (Map.Entry<String, byte[]> entry : annotations.entrySet()) {
            if (!DOMAIN.matcher(entry.getKey()).matches()) {
                throw new ValueException("failed to validate annotations: annotations: Invalid value: \""
                        + entry.getKey() + "\": should be a domain with at least two segments separated by dots");
            }
            size += entry.getKey().length() + entry.getValue().length;
        }
        if (size > MAX_ANNOTATIONS) {
            throw new ValueException(
                    "failed to validate annotations: total size of annotations is %d, which exceeds the max size of %d"
                            .formatted(size, MAX_ANNOTATIONS));
        }
    }

    /** What is wrong with a key id; null if nothing is. */
    static String wrongKeyId(String keyId) {
        if (keyId.isEmpty()) return "keyID is empty";
        int length = keyId.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        return length > MAX_KEY_ID
                ? "keyID is %d bytes, which exceeds the max size of %d".formatted(length, MAX_KEY_ID)
                : null;
    }
}
