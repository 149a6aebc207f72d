package io.k8j.e2e.conformance;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.Map;

/** Checks a token's signature by a published key, as any client of the issuer would. */
final class Jwks {
    private Jwks() {}

    /** @param parts of the token: head, claims, signature */
    static boolean verifies(Map<String, Object> key, String[] parts) throws GeneralSecurityException {
        boolean rsa = "RSA".equals(key.get("kty"));
        Signature signature =
                Signature.getInstance(rsa ? "SHA256withRSA" : "SHA%swithECDSAinP1363Format".formatted(bits(key)));
        signature.initVerify(rsa ? rsa(key) : ec(key));
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        return signature.verify(Base64.getUrlDecoder().decode(parts[2]));
    }

    private static BigInteger number(Map<String, Object> key, String field) {
        return new BigInteger(1, Base64.getUrlDecoder().decode(String.valueOf(key.get(field))));
    }

    private static PublicKey rsa(Map<String, Object> key) throws GeneralSecurityException {
        return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(number(key, "n"), number(key, "e")));
    }

    /** Of the curve, whose name is as in RFC 7518: P-256 or P-384. */
    private static String bits(Map<String, Object> key) {
        return String.valueOf(key.get("crv")).substring("P-".length());
    }

    private static PublicKey ec(Map<String, Object> key) throws GeneralSecurityException {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp%sr1".formatted(bits(key))));
        ECPoint point = new ECPoint(number(key, "x"), number(key, "y"));
        return KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(point, parameters.getParameterSpec(ECParameterSpec.class)));
    }
}
