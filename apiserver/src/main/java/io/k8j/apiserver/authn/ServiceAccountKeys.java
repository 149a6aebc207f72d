package io.k8j.apiserver.authn;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Signs and checks ServiceAccount tokens, and publishes the public keys. Immutable; safe for all threads. */
public final class ServiceAccountKeys {
    private final String signingId;
    private final List<ECPublicKey> accepted;
    private final JWSSigner signer;

    /**
     * @param signing P-256 key pair for new tokens
     * @param accepted public keys whose tokens are accepted; the signing key need not be among them
     */
    public ServiceAccountKeys(KeyPair signing, List<ECPublicKey> accepted) {
        this.accepted = java.util.stream.Stream.concat(
                        java.util.stream.Stream.of((ECPublicKey) signing.getPublic()), accepted.stream())
                .distinct()
                .toList();
        this.signingId = keyId((ECPublicKey) signing.getPublic());
        try {
            this.signer = new ECDSASigner(signing.getPrivate(), Curve.P_256);
        } catch (JOSEException e) {
            throw new IllegalArgumentException("no P-256 signing key: " + e.getMessage(), e);
        }
    }

    /** Signs the claims with ES256. */
    public String sign(JWTClaimsSet claims) {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(signingId).build(), claims);
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("sign a service account token: " + e.getMessage(), e);
        }
        return token.serialize();
    }

    /** The claims of a token with one of our signatures; empty for any other text. Says nothing about expiry. */
    public Optional<JWTClaimsSet> verify(String token) {
        try {
            SignedJWT parsed = SignedJWT.parse(token);
            if (!JWSAlgorithm.ES256.equals(parsed.getHeader().getAlgorithm())) {
                return Optional.empty();
            }
            for (ECPublicKey key : accepted) {
                JWSVerifier verifier = new ECDSAVerifier(key);
                if (parsed.verify(verifier)) {
                    return Optional.of(parsed.getJWTClaimsSet());
                }
            }
            return Optional.empty();
        } catch (ParseException | JOSEException e) {
            return Optional.empty(); // not a token of ours
        }
    }

    /** The public keys as a JWKS document. */
    public Map<String, Object> publicKeys() {
        return new JWKSet(accepted.stream()
                        .map(key -> (com.nimbusds.jose.jwk.JWK) new ECKey.Builder(Curve.P_256, key)
                                .keyUse(KeyUse.SIGNATURE)
                                .algorithm(JWSAlgorithm.ES256)
                                .keyID(keyId(key))
                                .build())
                        .toList())
                .toJSONObject(true);
    }

    /** JWS name of the signature algorithm. */
    public String algorithm() {
        return JWSAlgorithm.ES256.getName();
    }

    private static String keyId(ECPublicKey key) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is missing", e);
        }
    }
}
