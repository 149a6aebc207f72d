package io.k8j.apiserver.admission.policy;

import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.admission.policy.Policies.Binding;
import io.k8j.apiserver.admission.policy.Policies.Policy;
import io.k8j.apiserver.admission.webhook.Matching;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiObject;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.selector.LabelSelector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Finds the objects that parameterize a policy through a binding. */
final class Params {
    private Params() {}

    /** Parameters cannot be found as a policy or binding says; the message is upstream's. */
    static final class ConfigurationException extends Exception {
        private static final long serialVersionUID = 1L;

        ConfigurationException(String message) {
            super(message);
        }
    }

    /** Where objects of the policy's kind of parameters are served; null if it has none. */
    static GroupVersionResource resource(Policy<?> policy, AdmissionServices services) throws ConfigurationException {
        GroupVersionKind kind = policy.paramKind();
        if (kind == null) return null;
        GroupVersionResource resource = services.versions().resource(kind);
        if (resource == null) {
            throw new ConfigurationException("failed to find resource referenced by paramKind: '%s/%s, Kind=%s'"
                    .formatted(kind.group(), kind.version(), kind.kind()));
        }
        return resource;
    }

    /**
     * The parameters; the policy is evaluated once for each.
     *
     * @return a list with one null if there are none to look for; an empty list if none is found and that is allowed
     */
    static List<ApiObject> find(
            GroupVersionResource resource, Binding binding, AdmissionRequest request, AdmissionServices services)
            throws ConfigurationException {
        Place ref = binding.spec().field("paramRef");
        if (resource == null || ref.absent()) return Collections.singletonList(null);
        String namespace = namespace(resource, ref, request, services);
        List<ApiObject> found = new ArrayList<>();
        if (!ref.text("name").isEmpty()) {
            services.reader().get(resource, namespace, ref.text("name")).ifPresent(found::add);
        } else {
            LabelSelector selector = Matching.selector(ref.field("selector"));
            services.reader().list(resource, namespace).stream()
                    .filter(o -> selector == null || selector.matches(o.labels()))
                    .forEach(found::add);
        }
        if (found.isEmpty() && ref.text("parameterNotFoundAction").equals("Deny")) {
            throw new ConfigurationException("no params found for policy binding with `Deny` parameterNotFoundAction");
        }
        return found;
    }

    private static String namespace(
            GroupVersionResource resource, Place ref, AdmissionRequest request, AdmissionServices services)
            throws ConfigurationException {
        String given = ref.text("namespace");
        if (!services.versions().isNamespaced(resource)) {
            if (given.isEmpty()) return "";
            throw new ConfigurationException(
                    "paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
        }
        if (!given.isEmpty()) return given;
        boolean isNamespace = request.context().resource().qualified().equals("namespaces");
        String own = isNamespace ? Ask.name(request) : Ask.namespace(request);
        if (own.isEmpty()) {
            throw new ConfigurationException(
                    "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
        }
        return own;
    }
}
