package io.k8j.controllers.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestBuilder;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestAgeTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "nobody has decided,                 , '', 2026-01-02T00:00:00Z",
        "approved late and signed, Approved, eA==, 2026-01-01T10:00:00Z",
        "approved and not signed,  Approved, '', 2026-01-02T09:00:00Z",
        "denied,                   Denied,   '', 2026-01-01T10:00:00Z",
        "failed,                   Failed,   '', 2026-01-01T10:00:00Z"
    })
    void timesCountFromTheDecision(String name, String condition, String certificate, Instant end) {
        CertificateSigningRequestBuilder request = new CertificateSigningRequestBuilder()
                .withNewMetadata()
                .withName("r")
                .withCreationTimestamp("2026-01-01T00:00:00Z")
                .endMetadata()
                .withNewStatus()
                .withCertificate(certificate)
                .endStatus();
        if (condition != null) {
            request.editStatus()
                    .addNewCondition()
                    .withType(condition)
                    .withStatus("True")
                    .withLastUpdateTime("2026-01-01T09:00:00Z")
                    .endCondition()
                    .endStatus();
        }
        assertThat(RequestAge.end(request.build())).as(name).isEqualTo(end);
    }
}
