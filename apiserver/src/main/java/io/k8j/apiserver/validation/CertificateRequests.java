package io.k8j.apiserver.validation;

import io.k8j.model.api.GoQuote;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;

/** Reads the requests for certificates that objects hold, and the certificates that answer them. Pure functions. */
public final class CertificateRequests {
    private static final String RSA = "1.2.840.113549.1.1.1";
    private static final String EC = "1.2.840.10045.2.1";
    private static final int SEQUENCE = 0x30;

    private CertificateRequests() {}

    /** The request that a CSR object holds; null if it cannot be read. */
    public static PKCS10CertificationRequest of(Map<String, Object> object) {
        byte[] der = der(object);
        if (der == null) return null;
        try {
            return new PKCS10CertificationRequest(der);
        } catch (IOException | IllegalArgumentException e) {
            return null; // reported as what it is, no request
        }
    }

    /** What is inside the PEM block; null if there is none of the right type. */
    private static byte[] der(Map<String, Object> object) {
        byte[] pem;
        try {
            pem = Base64.getDecoder()
                    .decode(Place.of(object).at("spec", "request").text());
        } catch (IllegalArgumentException e) {
            return null; // the decoder has refused it already
        }
        List<PemBlocks.Block> blocks = PemBlocks.read(pem);
        boolean right = !blocks.isEmpty() && blocks.getFirst().type().equals("CERTIFICATE REQUEST");
        return right ? blocks.getFirst().bytes() : null;
    }

    /** What is wrong with the request that a CSR object holds, in Go's words; null if nothing is. */
    static String problem(Map<String, Object> object) {
        byte[] der = der(object);
        if (der == null) return "PEM block type must be CERTIFICATE REQUEST";
        PKCS10CertificationRequest request = of(object);
        return request == null ? syntax(der) : signature(request);
    }

    private static String syntax(byte[] der) {
        if (der.length < 2 || (der[0] & 0xff) == SEQUENCE) return "asn1: syntax error: data truncated";
        int length = der[1] & 0xff;
        if (length >= 0x80 || length > der.length - 2) return "asn1: syntax error: data truncated";
        return "asn1: structure error: tags don't match (16 vs {class:" + ((der[0] & 0xff) >> 6) + " tag:"
                + (der[0] & 0x1f) + " length:" + length + " isCompound:" + ((der[0] & 0x20) != 0)
                + "}) {optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil>"
                + " stringType:0 timeType:0 set:false omitEmpty:false} certificateRequest @2";
    }

    private static String signature(PKCS10CertificationRequest request) {
        String key =
                request.getSubjectPublicKeyInfo().getAlgorithm().getAlgorithm().getId();
        String failure = switch (key) {
            case RSA -> "crypto/rsa: verification error";
            case EC -> "x509: ECDSA verification failure";
            default -> "x509: Ed25519 verification failure";
        };
        try {
            var verifier = new JcaContentVerifierProviderBuilder().build(request.getSubjectPublicKeyInfo());
            return request.isSignatureValid(verifier) ? null : failure;
        } catch (OperatorCreationException e) {
            return "x509: cannot verify signature: algorithm unimplemented";
        } catch (PKCSException | RuntimeException e) {
            return failure; // a damaged signature may end in either
        }
    }

    /**
     * What is wrong with certificates in PEM, in Go's words; null if nothing is, or there are none.
     *
     * @param base64 as the object has them
     */
    static String certificateProblem(String base64) {
        byte[] pem;
        try {
            pem = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return null; // the decoder has refused it already
        }
        if (pem.length == 0) return null;
        List<PemBlocks.Block> blocks = PemBlocks.read(pem);
        for (PemBlocks.Block block : blocks) {
            if (!block.type().equals("CERTIFICATE")) {
                return "only CERTIFICATE PEM blocks are allowed, found " + GoQuote.quote(block.type());
            }
            if (block.headers()) return "no PEM block headers are permitted";
            if (block.bytes().length == 0) return "found CERTIFICATE PEM block containing 0 certificates";
            try {
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(block.bytes()));
            } catch (CertificateException e) {
                return "x509: malformed certificate";
            }
        }
        return blocks.isEmpty() ? "must contain at least one CERTIFICATE PEM block" : null;
    }
}
