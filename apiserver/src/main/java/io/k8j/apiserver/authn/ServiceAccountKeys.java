package io.k8j.apiserver.authn;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Signs and checks ServiceAccount tokens, and publishes the public keys. A signature that was good once is remembered;
 * whether the token's time and objects still are is for the caller to look at. Safe for all threads.
 */
public final class ServiceAccountKeys {
    private static final int REMEMBERED = 4096;

    /** One public key with the algorithm that goes with it. */
    private record Accepted(String id, PublicKey key, JWSAlgorithm algorithm, JWSVerifier verifier) {}

    private final String signingId;
    private final JWSAlgorithm signingAlgorithm;
    private final JWSSigner signer;
    private final List<Accepted> accepted = new ArrayList<>();
    private final Map<String, JWTClaimsSet> verified = new ConcurrentHashMap<>();

    /**
     * @param signing key pair for new tokens, elliptic (P-256, P-384, P-521) or RSA
     * @param accepted public keys whose tokens are accepted; the signing key need not be among them
     */
    public ServiceAccountKeys(KeyPair signing, List<? extends PublicKey> accepted) {
        Stream.concat(Stream.of(signing.getPublic()), accepted.stream())
                .distinct()
                .forEach(key -> this.accepted.add(accept(key)));
        this.signingId = this.accepted.getFirst().id();
        this.signingAlgorithm = this.accepted.getFirst().algorithm();
        this.signer = signer(signing);
    }

    private static Accepted accept(PublicKey key) {
        try {
            return switch (key) {
                case ECPublicKey elliptic -> {
                    ECDSAVerifier verifier = new ECDSAVerifier(elliptic);
                    yield new Accepted(
                            keyId(key),
                            key,
                            verifier.supportedJWSAlgorithms().iterator().next(),
                            verifier);
                }
                case RSAPublicKey rsa -> new Accepted(keyId(key), key, JWSAlgorithm.RS256, new RSASSAVerifier(rsa));
                default ->
                    throw new IllegalArgumentException("neither an elliptic nor an RSA key: " + key.getAlgorithm());
            };
        } catch (JOSEException e) {
            throw new IllegalArgumentException("unusable key: " + e.getMessage(), e);
        }
    }

    private static JWSSigner signer(KeyPair signing) {
        PrivateKey key = signing.getPrivate();
        try {
            return signing.getPublic() instanceof ECPublicKey elliptic
                    ? new ECDSASigner(key, Curve.forECParameterSpec(elliptic.getParams()))
                    : new RSASSASigner(key);
        } catch (JOSEException e) {
            throw new IllegalArgumentException("unusable signing key: " + e.getMessage(), e);
        }
    }

    /** Signs the claims. Audiences are a list also if there is only one, as upstream's: programs in Pods read them so. */
    public String sign(JWTClaimsSet claims) {
        Map<String, Object> payload = claims.toJSONObject();
        if (!claims.getAudience().isEmpty()) payload.put("aud", claims.getAudience());
        JWSObject token = new JWSObject(
                new JWSHeader.Builder(signingAlgorithm).keyID(signingId).build(), new Payload(payload));
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("sign a service account token: " + e.getMessage(), e);
        }
        return token.serialize();
    }

    /** The claims of a token with one of our signatures; empty for any other text. Says nothing about expiry. */
    public Optional<JWTClaimsSet> verify(String token) {
        String digest = digest(token);
        JWTClaimsSet known = verified.get(digest);
        if (known != null) {
            return Optional.of(known);
        }
        try {
            SignedJWT parsed = SignedJWT.parse(token);
            for (Accepted key : accepted) {
                if (key.algorithm().equals(parsed.getHeader().getAlgorithm()) && parsed.verify(key.verifier())) {
                    JWTClaimsSet claims = parsed.getJWTClaimsSet();
                    remember(digest, claims);
                    return Optional.ofNullable(claims);
                }
            }
            return Optional.empty();
        } catch (ParseException | JOSEException | IllegalArgumentException | IllegalStateException e) {
            return Optional.empty(); // not a token of ours
        }
    }

    private void remember(String digest, JWTClaimsSet claims) {
        if (claims == null) {
            return;
        }
        if (verified.size() >= REMEMBERED) {
            verified.clear();
        }
        verified.put(digest, claims);
    }

    /** The public keys as a JWKS document. */
    public Map<String, Object> publicKeys() {
        return new JWKSet(accepted.stream().map(ServiceAccountKeys::published).toList()).toJSONObject(true);
    }

    private static JWK published(Accepted accepted) {
        return accepted.key() instanceof ECPublicKey elliptic
                ? new ECKey.Builder(Curve.forECParameterSpec(elliptic.getParams()), elliptic)
                        .keyUse(KeyUse.SIGNATURE)
                        .algorithm(accepted.algorithm())
                        .keyID(accepted.id())
                        .build()
                : new RSAKey.Builder((RSAPublicKey) accepted.key())
                        .keyUse(KeyUse.SIGNATURE)
                        .algorithm(accepted.algorithm())
                        .keyID(accepted.id())
                        .build();
    }

    /** JWS names of the signature algorithms, sorted. */
    public List<String> algorithms() {
        return accepted.stream()
                .map(key -> key.algorithm().getName())
                .distinct()
                .sorted()
                .toList();
    }

    private static String keyId(PublicKey key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(key.getEncoded()));
    }

    /** Tokens are not kept, so that no dump of the memory shows more of them than are in use. */
    private static String digest(String token) {
        return HexFormat.of().formatHex(sha256(token.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is missing", e);
        }
    }
}
