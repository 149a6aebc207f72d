package io.k8j.apiserver.encryption;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.engines.XSalsa20Engine;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/**
 * NaCl's secretbox, XSalsa20 with Poly1305: 24 random bytes of nonce, 16 of tag, then the ciphertext. The first 32 bytes
 * of the key stream are the authenticator's key.
 */
final class SecretBox implements ValueTransformer {
    private static final int NONCE = 24;
    private static final int TAG = 16;
    private static final int AUTHENTICATOR_KEY = 32;

    private final byte[] key;
    private final SecureRandom random;

    SecretBox(byte[] key, SecureRandom random) {
        this.key = key.clone();
        this.random = random;
    }

    @Override
    public byte[] seal(byte[] plain, byte[] context) {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        XSalsa20Engine stream = stream(nonce);
        Poly1305 authenticator = authenticator(stream);
        byte[] out = Arrays.copyOf(nonce, NONCE + TAG + plain.length);
        stream.processBytes(plain, 0, plain.length, out, NONCE + TAG);
        authenticator.update(out, NONCE + TAG, plain.length);
        authenticator.doFinal(out, NONCE);
        return out;
    }

    @Override
    public Opened open(byte[] stored, byte[] context) {
        int length = stored.length - NONCE - TAG;
        if (length < 0) {
            throw new ValueException("the stored data was shorter than the required size");
        }
        XSalsa20Engine stream = stream(Arrays.copyOf(stored, NONCE));
        Poly1305 authenticator = authenticator(stream);
        authenticator.update(stored, NONCE + TAG, length);
        byte[] tag = new byte[TAG];
        authenticator.doFinal(tag, 0);
        if (!MessageDigest.isEqual(tag, Arrays.copyOfRange(stored, NONCE, NONCE + TAG))) {
            throw new ValueException("output array was not large enough for encryption"); // upstream's odd words
        }
        byte[] plain = new byte[length];
        stream.processBytes(stored, NONCE + TAG, length, plain, 0);
        return new Opened(plain, false);
    }

    private XSalsa20Engine stream(byte[] nonce) {
        XSalsa20Engine stream = new XSalsa20Engine();
        stream.init(true, new ParametersWithIV(new KeyParameter(key), nonce));
        return stream;
    }

    private static Poly1305 authenticator(XSalsa20Engine stream) {
        byte[] first = new byte[AUTHENTICATOR_KEY];
        stream.processBytes(first, 0, first.length, first, 0);
        Poly1305 authenticator = new Poly1305();
        authenticator.init(new KeyParameter(first));
        return authenticator;
    }
}
