package io.k8j.apiserver.validation;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.List;
import java.util.function.Predicate;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.math.ec.ECPoint;

/** Whether a certificate and a key belong together, in Go's words. Pure functions. */
public final class KeyPairs {
    private static final String KEY = "PRIVATE KEY";

    private KeyPairs() {}

    /**
     * What keeps them from being used; null if nothing does.
     *
     * @param certificate PEM in base64
     * @param key PEM in base64
     */
    public static String problem(String certificate, String key) {
        List<PemBlocks.Block> certificates = blocks(certificate);
        List<PemBlocks.Block> keys = blocks(key);
        PemBlocks.Block leaf = first(certificates, type -> type.equals("CERTIFICATE"));
        if (leaf == null) return noCertificate(types(certificates));
        PemBlocks.Block secret = first(keys, type -> type.equals(KEY) || type.endsWith(" " + KEY));
        if (secret == null) return noKey(types(keys));
        PublicKey open;
        try {
            open = CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(leaf.bytes()))
                    .getPublicKey();
        } catch (CertificateException e) {
            return "x509: malformed certificate";
        }
        AsymmetricKeyParameter parsed = parse(secret.bytes());
        return parsed == null ? "tls: failed to parse private key" : match(open, parsed);
    }

    private static List<PemBlocks.Block> blocks(String base64) {
        try {
            return PemBlocks.read(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            return List.of(); // the decoder has refused it already
        }
    }

    private static PemBlocks.Block first(List<PemBlocks.Block> blocks, Predicate<String> wanted) {
        return blocks.stream().filter(b -> wanted.test(b.type())).findFirst().orElse(null);
    }

    private static List<String> types(List<PemBlocks.Block> blocks) {
        return blocks.stream().map(PemBlocks.Block::type).toList();
    }

    private static String noCertificate(List<String> skipped) {
        if (skipped.isEmpty()) return "tls: failed to find any PEM data in certificate input";
        if (skipped.size() == 1 && skipped.getFirst().endsWith(KEY)) {
            return "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs"
                    + " may have been switched";
        }
        return "tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping PEM blocks of the"
                + " following types: [" + String.join(" ", skipped) + "]";
    }

    private static String noKey(List<String> skipped) {
        if (skipped.isEmpty()) return "tls: failed to find any PEM data in key input";
        if (skipped.equals(List.of("CERTIFICATE"))) {
            return "tls: found a certificate rather than a key in the PEM for the private key";
        }
        return "tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input after skipping PEM blocks"
                + " of the following types: [" + String.join(" ", skipped) + "]";
    }

    /** A key in any of its three forms; null if it is in none. */
    private static AsymmetricKeyParameter parse(byte[] der) {
        for (KeyForm form : List.<KeyForm>of(PrivateKeyInfo::getInstance, KeyPairs::ofRsa, KeyPairs::ofCurve)) {
            try {
                return PrivateKeyFactory.createKey(form.read(der));
            } catch (IOException | RuntimeException e) {
                continue; // not this form
            }
        }
        return null;
    }

    /** One way to write a private key. */
    private interface KeyForm {
        PrivateKeyInfo read(byte[] der) throws IOException;
    }

    private static PrivateKeyInfo ofRsa(byte[] der) throws IOException {
        var key = org.bouncycastle.asn1.pkcs.RSAPrivateKey.getInstance(der);
        return new PrivateKeyInfo(new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE), key);
    }

    private static PrivateKeyInfo ofCurve(byte[] der) throws IOException {
        ECPrivateKey key = ECPrivateKey.getInstance(der);
        ASN1ObjectIdentifier curve = ASN1ObjectIdentifier.getInstance(key.getParametersObject());
        return new PrivateKeyInfo(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve), key);
    }

    private static String match(PublicKey open, AsymmetricKeyParameter secret) {
        boolean same;
        switch (open) {
            case RSAPublicKey rsa
            when secret instanceof RSAKeyParameters own ->
                same = rsa.getModulus().equals(own.getModulus());
            case ECPublicKey curve
            when secret instanceof ECPrivateKeyParameters own -> {
                ECPoint point = own.getParameters().getG().multiply(own.getD()).normalize();
                same = point.getAffineXCoord()
                                .toBigInteger()
                                .equals(curve.getW().getAffineX())
                        && point.getAffineYCoord()
                                .toBigInteger()
                                .equals(curve.getW().getAffineY());
            }
            case EdECPublicKey edwards
            when secret instanceof Ed25519PrivateKeyParameters own ->
                same = y(own.generatePublicKey().getEncoded())
                        .equals(edwards.getPoint().getY());
            case RSAPublicKey _, ECPublicKey _, EdECPublicKey _ -> {
                return "tls: private key type does not match public key type";
            }
            default -> {
                return "tls: unknown public key algorithm";
            }
        }
        return same ? null : "tls: private key does not match public key";
    }

    /** A point's coordinate: little-endian, its highest bit belongs to the other one. */
    private static BigInteger y(byte[] encoded) {
        byte[] big = new byte[encoded.length];
        for (int i = 0; i < encoded.length; i++) big[i] = encoded[encoded.length - 1 - i];
        big[0] &= 0x7f;
        return new BigInteger(1, big);
    }
}
