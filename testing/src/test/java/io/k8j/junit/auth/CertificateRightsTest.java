package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.junit.auth.RawApi.Answer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may approve, sign and ask for certificates: three steps of admission that are on by default. */
class CertificateRightsTest {
    private static final String REQUESTS = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
    private static final String WRITES =
            "{apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval,"
                    + " certificatesigningrequests/status], verbs: [patch]}";
    private static final String SIGNER =
            ", {apiGroups: [certificates.k8s.io], resources: [signers], resourceNames: ['%s'], verbs: [%s]}";
    private static final String APPROVAL =
            "{status: {conditions: [{type: Approved, status: 'True', reason: Test, message: fine}]}}";
    private static final String FAILURE =
            "{status: {conditions: [{type: Failed, status: 'True', reason: Test, message: refused}]}}";

    private static RightsCluster cluster;

    @BeforeAll
    static void start() {
        cluster = new RightsCluster();
        cluster.allow("writer", WRITES);
        cluster.allow("approver", WRITES + SIGNER.formatted("example.com/one", "approve"));
        cluster.allow("domain", WRITES + SIGNER.formatted("example.com/*", "approve, sign"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static String pem(String subject) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair keys = generator.generateKeyPair();
        byte[] encoded = new JcaPKCS10CertificationRequestBuilder(new X500Name(subject), keys.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                .getEncoded();
        String pem = "-----BEGIN CERTIFICATE REQUEST-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)
                + "\n-----END CERTIFICATE REQUEST-----\n";
        return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
    }

    private static Answer ask(String name, String subject, String signer) throws Exception {
        return cluster.api()
                .post(
                        REQUESTS,
                        "{metadata: {name: %s}, spec: {request: %s, signerName: %s, usages: [client auth]}}"
                                .formatted(name, pem(subject), signer));
    }

    private static Answer write(String name, String subresource, String body, String user) {
        return cluster.api().send("PATCH", REQUESTS + "/" + name + "/" + subresource, body, RightsCluster.as(user));
    }

    private static String refusal(String name, String verb, String signer) {
        return "certificatesigningrequests.certificates.k8s.io \"%s\" is forbidden: user not permitted to %s requests with signerName \"%s\""
                .formatted(name, verb, signer);
    }

    @Test
    void approvingNeedsTheRightToApproveForTheSigner() throws Exception {
        assertThat(ask("one", "CN=x", "example.com/one").code()).isEqualTo(201);
        assertThat(ask("two", "CN=x", "example.com/two").code()).isEqualTo(201);
        Answer refused = write("one", "approval", APPROVAL, "writer");
        assertThat(refused.code()).isEqualTo(403);
        assertThat(refused.message()).isEqualTo(refusal("one", "approve", "example.com/one"));
        assertThat(write("two", "approval", APPROVAL, "approver").message())
                .isEqualTo(refusal("two", "approve", "example.com/two"));
        assertThat(write("one", "approval", APPROVAL, "approver").code()).isEqualTo(200);
        assertThat(write("two", "approval", APPROVAL, "domain").code()).isEqualTo(200);
    }

    @Test
    void signingNeedsTheRightToSignForTheSigner() throws Exception {
        assertThat(ask("signed", "CN=x", "example.com/one").code()).isEqualTo(201);
        Answer refused = write("signed", "status", FAILURE, "approver");
        assertThat(refused.code()).as(refused.toString()).isEqualTo(403);
        assertThat(refused.message()).isEqualTo(refusal("signed", "sign", "example.com/one"));
        assertThat(write("signed", "status", "{metadata: {labels: {a: b}}}", "approver")
                        .code())
                .as("nothing of the status changes")
                .isEqualTo(200);
        assertThat(write("signed", "status", FAILURE, "domain").code()).isEqualTo(200);
    }

    @Test
    void nobodyAsksForTheGroupOfAdministrators() throws Exception {
        Answer refused = ask("masters", "O=system:masters, CN=x", "kubernetes.io/kube-apiserver-client");
        assertThat(refused.code()).isEqualTo(403);
        assertThat(refused.message())
                .isEqualTo("certificatesigningrequests.certificates.k8s.io \"masters\" is forbidden: use of"
                        + " kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed");
        assertThat(ask("others", "O=system:others, CN=x", "kubernetes.io/kube-apiserver-client")
                        .code())
                .isEqualTo(201);
        assertThat(ask("elsewhere", "O=system:masters, CN=x", "example.com/one").code())
                .isEqualTo(201);
    }
}
