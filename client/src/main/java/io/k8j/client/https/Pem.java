package io.k8j.client.https;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates and private keys in the PEM forms that kubeconfigs hold. */
final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s*([A-Za-z0-9+/=\\s]+?)-----END \\1-----");
    private static final byte[] RSA = {
        0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
    };
    private static final byte[] EC_PUBLIC_KEY = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};

    private Pem() {}

    /** @throws IllegalArgumentException if there is none, or a broken one */
    static List<? extends Certificate> certificates(byte[] pem) {
        try {
            List<? extends Certificate> found = List.copyOf(
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem)));
            if (found.isEmpty()) {
                throw new IllegalArgumentException("no certificate in PEM data");
            }
            return found;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("certificate cannot be read: " + e.getMessage(), e);
        }
    }

    /** A key in PKCS#8, PKCS#1 or SEC 1 form. */
    static PrivateKey privateKey(byte[] pem) {
        Matcher blocks = BLOCK.matcher(new String(pem, StandardCharsets.US_ASCII));
        while (blocks.find()) {
            byte[] der = Base64.getMimeDecoder().decode(blocks.group(2));
            switch (blocks.group(1)) {
                case "PRIVATE KEY" -> {
                    return pkcs8(der);
                }
                case "RSA PRIVATE KEY" -> {
                    return pkcs8(wrap(RSA, der));
                }
                case "EC PRIVATE KEY" -> {
                    return pkcs8(wrap(sequence(concat(EC_PUBLIC_KEY, curveOf(der))), der));
                }
                default -> {} // such as EC PARAMETERS
            }
        }
        throw new IllegalArgumentException("no private key in PEM data");
    }

    private static PrivateKey pkcs8(byte[] der) {
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
        for (String algorithm : List.of("EC", "RSA", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                continue; // of another kind
            } catch (GeneralSecurityException e) {
                throw new IllegalArgumentException("private key cannot be read: " + e.getMessage(), e);
            }
        }
        throw new IllegalArgumentException("private key is neither EC, RSA nor Ed25519");
    }

    /** PKCS#8: version 0, algorithm, key. */
    private static byte[] wrap(byte[] algorithm, byte[] key) {
        return sequence(concat(new byte[] {0x02, 0x01, 0x00}, algorithm, tagged(0x04, key)));
    }

    /** The curve's OID inside a SEC 1 key: the content of its context tag 0. */
    private static byte[] curveOf(byte[] der) {
        int at = 2 + (der[1] < 0 ? der[1] & 0x7f : 0); // into the sequence
        at += 3; // version
        at += 2 + (der[at + 1] & 0xff); // key
        if (at >= der.length || (der[at] & 0xff) != 0xa0) {
            throw new IllegalArgumentException("EC private key names no curve");
        }
        int length = der[at + 1] & 0xff;
        byte[] oid = new byte[length];
        System.arraycopy(der, at + 2, oid, 0, length);
        return oid;
    }

    private static byte[] sequence(byte[] content) {
        return tagged(0x30, content);
    }

    private static byte[] tagged(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else if (content.length < 0x100) {
            out.write(0x81);
            out.write(content.length);
        } else {
            out.write(0x82);
            out.write(content.length >> 8);
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
