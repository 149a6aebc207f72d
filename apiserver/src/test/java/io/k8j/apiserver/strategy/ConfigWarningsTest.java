package io.k8j.apiserver.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.Yaml;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

class ConfigWarningsTest {
    private static final String ACCOUNT =
            "{metadata: {annotations: {kubernetes.io/enforce-mountable-secrets: \"true\"}}}";

    private record Pair(String certificate, byte[] pkcs8) {
        String key() {
            return pem("PRIVATE KEY", pkcs8);
        }
    }

    @Test
    void certificatesGoWithTheirKeys() throws Exception {
        Pair rsa = pair("RSA", "SHA256withRSA");
        Pair curve = pair("EC", "SHA256withECDSA");
        Pair edwards = pair("Ed25519", "Ed25519");
        for (Pair pair : List.of(rsa, curve, edwards)) {
            assertThat(secret(pair.certificate(), pair.key())).isEmpty();
        }
        byte[] pkcs1 = PrivateKeyInfo.getInstance(rsa.pkcs8())
                .parsePrivateKey()
                .toASN1Primitive()
                .getEncoded();
        assertThat(secret(rsa.certificate(), pem("RSA PRIVATE KEY", pkcs1))).isEmpty();
        var inner = ECPrivateKey.getInstance(
                PrivateKeyInfo.getInstance(curve.pkcs8()).parsePrivateKey());
        byte[] sec1 = new ECPrivateKey(384, inner.getKey(), SECObjectIdentifiers.secp384r1).getEncoded();
        assertThat(secret(curve.certificate(), pem("EC PRIVATE KEY", sec1))).isEmpty();
    }

    @Test
    void whatDoesNotGoTogetherIsNamed() throws Exception {
        Pair curve = pair("EC", "SHA256withECDSA");
        Pair other = pair("EC", "SHA256withECDSA");
        assertThat(secret(curve.certificate(), other.key()))
                .containsExactly("tls: private key does not match public key");
        assertThat(secret(pair("Ed25519", "Ed25519").certificate(), other.key()))
                .containsExactly("tls: private key type does not match public key type");
        assertThat(secret(curve.key(), curve.certificate()))
                .containsExactly("tls: failed to find certificate PEM data in certificate input, but did find a private"
                        + " key; PEM inputs may have been switched");
        assertThat(secret(curve.certificate(), curve.certificate()))
                .containsExactly("tls: found a certificate rather than a key in the PEM for the private key");
        assertThat(secret(curve.certificate(), pem("PRIVATE KEY", new byte[] {1})))
                .containsExactly("tls: failed to parse private key");
        assertThat(secret("x", "y")).containsExactly("tls: failed to find any PEM data in certificate input");
        assertThat(ConfigWarnings.secret(Yaml.tree("{type: Opaque, data: {tls.crt: eA==}}"), null))
                .isEmpty();
    }

    private static Pair pair(String algorithm, String signature) throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
        X500Name name = new X500Name("CN=a");
        byte[] certificate = new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(Instant.EPOCH),
                        Date.from(Instant.EPOCH.plus(Duration.ofDays(1))),
                        name,
                        keys.getPublic())
                .build(new JcaContentSignerBuilder(signature).build(keys.getPrivate()))
                .getEncoded();
        return new Pair(pem("CERTIFICATE", certificate), keys.getPrivate().getEncoded());
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + type + "-----\n";
    }

    private static List<String> secret(String certificate, String key) {
        Map<String, Object> secret = Yaml.tree("{type: kubernetes.io/tls, data: {}}");
        secret.put("data", Map.of("tls.crt", base64(certificate), "tls.key", base64(key)));
        return ConfigWarnings.secret(secret, null);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void accountsSayNoMoreWhatTheirPodsMayMount() {
        assertThat(ConfigWarnings.account(Yaml.tree(ACCOUNT), null))
                .containsExactly("metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+;"
                        + " prefer separate namespaces to isolate access to mounted secrets");
        assertThat(ConfigWarnings.account(Yaml.tree(ACCOUNT), Yaml.tree(ACCOUNT)))
                .isEmpty();
    }

    @Test
    void newQuotasAskForNoMoreThanTheyLimit() {
        Map<String, Object> quota =
                Yaml.tree("{spec: {hard: {cpu: 2, limits.cpu: 1500m, requests.memory: 1Gi, limits.memory: 1Gi}}}");
        assertThat(ConfigWarnings.quota(quota, null))
                .containsExactly("ResourceQuota cpu (2) should be less than limits.cpu (1500m)");
        assertThat(ConfigWarnings.quota(quota, quota)).isEmpty();
    }
}
