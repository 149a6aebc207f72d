package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;

/** CertificateSigningRequests. */
class CertificatesTest extends ConformanceCase {
    private static final String REQUESTS = "/apis/certificates.k8s.io/v1/certificatesigningrequests";

    private static String request() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair keys = generator.generateKeyPair();
        byte[] encoded = new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=e2e-example"), keys.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                .getEncoded();
        String pem = "-----BEGIN CERTIFICATE REQUEST-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.UTF_8))
                        .encodeToString(encoded)
                + "\n-----END CERTIFICATE REQUEST-----\n";
        return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @Conformance("auth/CertificatesAPI/1")
    void requestsHaveAllVerbsAndSubresources() throws Exception {
        Lifecycle.discovered(
                api,
                "certificates.k8s.io",
                "v1",
                "certificatesigningrequests",
                "certificatesigningrequests/approval",
                "certificatesigningrequests/status");
        Lifecycle lifecycle = new Lifecycle(
                api,
                REQUESTS,
                "spec: {request: %s, signerName: example.com/e2e, expirationSeconds: 3600, usages: [digital signature, key encipherment, server auth]}"
                        .formatted(request()),
                namespace);
        String name = "sub-" + namespace;
        lifecycle.create(name);
        String approval = lifecycle.path(name) + "/approval";
        assertThat(api.get(approval).ok().at("metadata", "name")).isEqualTo(name);
        assertThat(api.merge(approval, "{metadata: {annotations: {patchedapproval: 'true'}}}")
                        .ok()
                        .at("metadata", "annotations", "patchedapproval"))
                .isEqualTo("true");
        Map<String, Object> tree = api.get(approval).ok().copy();
        Trees.set(
                tree,
                List.of(Map.of(
                        "type", "Approved", "status", "True", "reason", "E2E", "message", "Set from an e2e test")),
                "status",
                "conditions");
        assertThat(api.put(approval, tree).ok().items("status", "conditions").getFirst())
                .containsEntry("type", "Approved")
                .containsEntry("reason", "E2E");
        String status = lifecycle.path(name) + "/status";
        assertThat(api.get(status).ok().at("metadata", "name")).isEqualTo(name);
        assertThat(api.merge(status, "{metadata: {annotations: {patchedstatus: 'true'}}}")
                        .ok()
                        .at("metadata", "annotations", "patchedstatus"))
                .isEqualTo("true");
        tree = api.get(status).ok().copy();
        List<Object> conditions = new java.util.ArrayList<>(Trees.list(tree, "status", "conditions"));
        conditions.add(Map.of("type", "StatusUpdate", "status", "True", "reason", "E2E", "message", "m"));
        Trees.set(tree, conditions, "status", "conditions");
        assertThat(api.put(status, tree).ok().items("status", "conditions")).hasSize(2);
        api.delete(lifecycle.path(name)).ok();
        lifecycle.walk();
    }
}
