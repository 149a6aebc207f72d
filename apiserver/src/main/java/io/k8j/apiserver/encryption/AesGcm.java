package io.k8j.apiserver.encryption;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-GCM: 12 random bytes of nonce, then the ciphertext with its tag; the object's key is authenticated as well. */
final class AesGcm implements ValueTransformer {
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    private final SecretKeySpec key;
    private final SecureRandom random;

    AesGcm(byte[] key, SecureRandom random) {
        this.key = new SecretKeySpec(key, "AES");
        this.random = random;
    }

    @Override
    public byte[] seal(byte[] plain, byte[] context) {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, 0, context);
            byte[] out = new byte[NONCE + cipher.getOutputSize(plain.length)];
            System.arraycopy(nonce, 0, out, 0, NONCE);
            cipher.doFinal(plain, 0, plain.length, out, NONCE);
            return out;
        } catch (GeneralSecurityException e) {
            throw new ValueException("encrypt with AES-GCM: " + e.getMessage(), e);
        }
    }

    @Override
    public Opened open(byte[] stored, byte[] context) {
        return new Opened(open(stored, 0, context), false);
    }

    byte[] open(byte[] stored, int from, byte[] context) {
        if (stored.length - from < NONCE) {
            throw new ValueException("the stored data was shorter than the required size");
        }
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, Arrays.copyOfRange(stored, from, from + NONCE), 0, context);
            return cipher.doFinal(stored, from + NONCE, stored.length - from - NONCE);
        } catch (AEADBadTagException e) {
            throw new ValueException("cipher: message authentication failed", e);
        } catch (GeneralSecurityException e) {
            throw new ValueException("decrypt with AES-GCM: " + e.getMessage(), e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, int offset, byte[] context) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce, offset, NONCE));
        cipher.updateAAD(context);
        return cipher;
    }
}
