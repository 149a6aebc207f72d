package io.k8j.apiserver;

import io.k8j.apiserver.spi.RequestContext;
import io.k8j.model.api.ApiObject;
import java.util.Map;

/** Issues ServiceAccount tokens. Implemented beside the authenticators. Safe for all threads. */
@FunctionalInterface
public interface TokenIssuer {
    /**
     * Completes a TokenRequest with {@code status.token} and {@code status.expirationTimestamp}.
     *
     * @param account the ServiceAccount the token is for
     * @param request an authentication.k8s.io/v1 TokenRequest, decoded and defaulted; may be changed and returned
     * @throws io.k8j.model.api.ApiException upstream's refusal, such as a bound object that does not exist
     */
    Map<String, Object> issue(RequestContext context, ApiObject account, Map<String, Object> request);
}
