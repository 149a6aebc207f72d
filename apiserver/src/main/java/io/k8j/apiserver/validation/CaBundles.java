package io.k8j.apiserver.validation;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;

/** Reads the certificates of authorities that webhooks are trusted by. Pure functions. */
public final class CaBundles {
    private CaBundles() {}

    /**
     * What is wrong with them, in upstream's words; null if nothing is, or there are none.
     *
     * @param base64 PEM as objects have it; may be null
     */
    public static String problem(String base64) {
        if (base64 == null || base64.isEmpty()) return null;
        String start = "unable to load root certificates: ";
        byte[] pem;
        try {
            pem = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return null; // the decoder has refused it already
        }
        List<PemBlocks.Block> blocks = PemBlocks.read(pem);
        String problem = null;
        for (PemBlocks.Block block : blocks) {
            if (!block.type().equals("CERTIFICATE") || block.headers()) continue;
            try {
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(block.bytes()));
                return null; // one that can be read is enough
            } catch (CertificateException e) {
                if (problem == null) problem = "failed to parse certificate: x509: malformed certificate";
            }
        }
        if (problem != null) return start + problem;
        return start + "unable to parse bytes as PEM block";
    }
}
