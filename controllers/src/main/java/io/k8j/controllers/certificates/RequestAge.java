package io.k8j.controllers.certificates;

import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestCondition;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How long requests for certificates are kept: what was decided for an hour, what waits for a day. */
final class RequestAge {
    private static final Duration DONE = Duration.ofHours(1);
    private static final Duration WAITING = Duration.ofHours(24);

    private RequestAge() {}

    /** When the request is to be deleted, unless something happens to it before; the end of time for never. */
    static Instant end(CertificateSigningRequest request) {
        List<CertificateSigningRequestCondition> conditions = request.getStatus() == null
                ? List.of()
                : Nulls.list(request.getStatus().getConditions());
        if (conditions.isEmpty()) {
            return Times.created(request).plus(WAITING);
        }
        boolean issued = !Nulls.isEmpty(request.getStatus().getCertificate());
        Stream<Instant> ends = conditions.stream()
                .filter(condition -> !Nulls.isEmpty(condition.getLastUpdateTime()))
                .flatMap(condition -> kept(condition.getType(), issued)
                        .map(kept -> Times.parse(condition.getLastUpdateTime()).plus(kept))
                        .stream());
        Optional<Instant> expiry = issued && has(conditions, "Approved") ? expiry(request) : Optional.empty();
        return Stream.concat(ends, expiry.stream()).min(Instant::compareTo).orElse(Instant.MAX);
    }

    private static Optional<Duration> kept(String type, boolean issued) {
        return switch (type) {
            case "Denied", "Failed" -> Optional.of(DONE);
            case "Approved" -> Optional.of(issued ? DONE : WAITING);
            default -> Optional.empty();
        };
    }

    private static boolean has(List<CertificateSigningRequestCondition> conditions, String type) {
        return conditions.stream().anyMatch(condition -> type.equals(condition.getType()));
    }

    private static Optional<Instant> expiry(CertificateSigningRequest request) {
        try {
            byte[] pem = Base64.getDecoder().decode(request.getStatus().getCertificate());
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
            return Optional.of(certificate.getNotAfter().toInstant());
        } catch (CertificateException | IllegalArgumentException e) {
            return Optional.empty(); // what cannot be read does not expire
        }
    }
}
