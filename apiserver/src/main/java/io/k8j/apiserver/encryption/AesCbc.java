package io.k8j.apiserver.encryption;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-CBC with PKCS#7 padding behind 16 random bytes; it does not authenticate, so it is for data of older clusters. */
final class AesCbc implements ValueTransformer {
    private static final int BLOCK = 16;

    private final SecretKeySpec key;
    private final SecureRandom random;

    AesCbc(byte[] key, SecureRandom random) {
        this.key = new SecretKeySpec(key, "AES");
        this.random = random;
    }

    @Override
    public byte[] seal(byte[] plain, byte[] context) {
        byte[] iv = new byte[BLOCK];
        random.nextBytes(iv);
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(iv));
            return Prefixed.joined(iv, cipher.doFinal(plain));
        } catch (GeneralSecurityException e) {
            throw new ValueException("encrypt with AES-CBC: " + e.getMessage(), e);
        }
    }

    @Override
    public Opened open(byte[] stored, byte[] context) {
        if (stored.length < BLOCK) {
            throw new ValueException("the stored data was shorter than the required size");
        }
        if (stored.length % BLOCK != 0) {
            throw new ValueException("the stored data is not a multiple of the block size");
        }
        byte[] padded = decrypt(stored);
        int padding = padded.length == 0 ? 0 : padded[padded.length - 1] & 0xff;
        if (padding == 0 || padding > padded.length) {
            throw new ValueException("invalid PKCS7 data (empty or not padded)");
        }
        for (int i = padded.length - padding; i < padded.length; i++) {
            if ((padded[i] & 0xff) != padding) throw new ValueException("invalid padding on input");
        }
        return new Opened(Arrays.copyOf(padded, padded.length - padding), false);
    }

    private byte[] decrypt(byte[] stored) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding"); // the padding's errors are told apart above
            cipher.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(stored, 0, BLOCK));
            return cipher.doFinal(stored, BLOCK, stored.length - BLOCK);
        } catch (GeneralSecurityException e) {
            throw new ValueException("decrypt with AES-CBC: " + e.getMessage(), e);
        }
    }
}
