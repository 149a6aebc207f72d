package io.k8j.server.join;

import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestBuilder;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestCondition;
import io.k8j.client.Client;
import io.k8j.client.ObjectKey;
import io.k8j.model.api.ApiException;
import io.k8j.server.UserException;
import io.k8j.server.certs.CertificateAuthority;
import io.k8j.server.certs.CertificateRequest;
import io.k8j.server.certs.KeyAndCertificate;
import io.k8j.server.certs.Pem;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/** Has the cluster sign a new key. */
final class CertificateOrder {
    /** The answer usually comes within a second, once in a certificate's life: a watch would save nothing. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    private CertificateOrder() {}

    /**
     * Asks and waits for the answer.
     *
     * @throws UserException if the request is denied, cannot be signed, or is not answered within {@code limit}
     */
    static KeyAndCertificate place(Client client, String signer, CertificateRequest wanted, Duration limit)
            throws GeneralSecurityException, InterruptedException {
        KeyPair pair = CertificateAuthority.newKeyPair();
        String pem = wanted.signed(pair);
        CertificateSigningRequest made;
        try {
            made = client.resources(CertificateSigningRequest.class).create(request(signer, wanted, pem));
        } catch (ApiException e) {
            throw new UserException("the cluster takes no request for a certificate: " + e.getMessage(), e);
        }
        String certificate = await(client, ObjectKey.of(made), signer, limit);
        return new KeyAndCertificate(pair.getPrivate(), Pem.readCertificates(certificate));
    }

    private static CertificateSigningRequest request(String signer, CertificateRequest wanted, String pem) {
        return new CertificateSigningRequestBuilder()
                .withNewMetadata()
                .withGenerateName(wanted.client() ? "node-csr-" : "csr-")
                .endMetadata()
                .withNewSpec()
                .withSignerName(signer)
                .withUsages(List.of("digital signature", wanted.client() ? "client auth" : "server auth"))
                .withRequest(Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII)))
                .endSpec()
                .build();
    }

    private static String await(Client client, ObjectKey key, String signer, Duration limit)
            throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < deadline) {
            CertificateSigningRequest now =
                    client.resources(CertificateSigningRequest.class).get(key);
            if (now.getStatus() != null) {
                refuse(now);
                String signed = now.getStatus().getCertificate();
                if (signed != null && !signed.isEmpty()) {
                    return new String(Base64.getMimeDecoder().decode(signed), StandardCharsets.US_ASCII);
                }
            }
            Thread.sleep(PAUSE);
        }
        throw new UserException(
                "the request %s for a certificate of %s was not answered within %d s: approve it with 'kubectl certificate approve %s' and start the agent again"
                        .formatted(key.name(), signer, limit.toSeconds(), key.name()));
    }

    private static void refuse(CertificateSigningRequest request) {
        for (CertificateSigningRequestCondition condition : request.getStatus().getConditions()) {
            if (condition.getType().equals("Denied") || condition.getType().equals("Failed")) {
                throw new UserException("the request %s for a certificate: %s: %s"
                        .formatted(
                                request.getMetadata().getName(),
                                condition.getType().toLowerCase(java.util.Locale.ROOT),
                                condition.getMessage()));
            }
        }
    }
}
