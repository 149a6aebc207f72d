package io.k8j.apiserver.encryption;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-GCM with a key of its own for each value, derived from a seed: 32 random bytes go into HKDF's expansion with
 * SHA-256 and stand before the nonce. KMS v2 stores values so.
 */
final class DerivedKeyGcm implements ValueTransformer {
    static final int SEED = 32;
    private static final int INFO = 32;
    private static final int KEY = 32;

    private final SecretKey seed;
    private final SecureRandom random;

    /** @param seed 32 random bytes or more */
    DerivedKeyGcm(byte[] seed, SecureRandom random) {
        if (seed.length < SEED) {
            throw new ValueException("invalid seed length " + seed.length + " used for key generation");
        }
        this.seed = new SecretKeySpec(seed, "HKDF-PRK");
        this.random = random;
    }

    @Override
    public byte[] seal(byte[] plain, byte[] context) {
        byte[] info = new byte[INFO];
        random.nextBytes(info);
        return Prefixed.joined(info, derived(info).seal(plain, context));
    }

    @Override
    public Opened open(byte[] stored, byte[] context) {
        if (stored.length < INFO) {
            throw new ValueException("the stored data was shorter than the required size");
        }
        return new Opened(derived(Arrays.copyOf(stored, INFO)).open(stored, INFO, context), false);
    }

    private AesGcm derived(byte[] info) {
        try {
            byte[] key = KDF.getInstance("HKDF-SHA256").deriveData(HKDFParameterSpec.expandOnly(seed, info, KEY));
            return new AesGcm(key, random);
        } catch (GeneralSecurityException e) {
            throw new ValueException("failed to derive key from KDF: " + e.getMessage(), e);
        }
    }
}
