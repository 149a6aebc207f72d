package io.k8j.apiserver.admission;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceStatus;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Keeps objects out of namespaces that are gone or going, and the namespaces that must stay. */
record NamespaceLifecycle(ObjectReader reader) implements AdmissionPlugin {
    private static final Set<String> IMMORTAL = Set.of("default", "kube-system", "kube-public");

    @Override
    public String name() {
        return "NamespaceLifecycle";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return request.operation() != Operation.CONNECT;
    }

    @Override
    public void mutate(AdmissionRequest request) {
        boolean isNamespace = request.context().resource().isQualified("namespaces");
        if (isNamespace) {
            String name = request.context().name();
            if (request.operation() == Operation.DELETE && IMMORTAL.contains(name)) {
                throw ApiException.forbidden(request.context().resource(), name, "this namespace may not be deleted");
            }
            return;
        }
        String namespace = Ask.namespace(request);
        if (namespace.isEmpty() || request.operation() != Operation.CREATE || isReview(request)) {
            return;
        }
        Optional<ApiObject> found = reader.get(Ask.NAMESPACES, "", namespace);
        if (found.isEmpty()) {
            throw ApiException.notFound(Ask.NAMESPACES, namespace);
        }
        // The decoded form is kept by the cache; every creation asks here.
        NamespaceStatus status = found.get().as(Namespace.class).getStatus();
        if (status != null && "Terminating".equals(status.getPhase())) {
            throw terminating(request, namespace);
        }
    }

    private static boolean isReview(AdmissionRequest request) {
        return request.context().resource().isQualified("localsubjectaccessreviews.authorization.k8s.io");
    }

    private static ApiException terminating(AdmissionRequest request, String namespace) {
        ApiException e = Ask.forbidden(
                request, "unable to create new content in namespace " + namespace + " because it is being terminated");
        Map<String, Object> cause = new LinkedHashMap<>();
        cause.put("reason", "NamespaceTerminating");
        cause.put("message", "namespace " + namespace + " is being terminated");
        cause.put("field", "metadata.namespace");
        Map<String, Object> details = new LinkedHashMap<>(e.details());
        details.put("causes", new ArrayList<>(List.of(cause)));
        return new ApiException(e.code(), e.reason(), e.getMessage(), details);
    }
}
