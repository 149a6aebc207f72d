package io.k8j.apiserver.admission.expression;

import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.admission.webhook.Matching;
import io.k8j.apiserver.admission.webhook.Review;
import io.k8j.apiserver.cel.AuthorizerFunctions.Asker;
import io.k8j.apiserver.cel.AuthorizerFunctions.ResourceCheck;
import io.k8j.apiserver.meta.MetadataFields;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.RequestContext;
import io.k8j.model.api.ApiException;
import io.k8j.model.cel.Values;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A request as expressions see it; each value is made once, when it is asked for. One thread uses it. */
public final class RequestView {
    private static final List<String> NAMESPACE_METADATA =
            MetadataFields.without("selfLink", "ownerReferences", "managedFields");

    private final AdmissionRequest request;
    private final AdmissionServices services;
    private final Map<GroupVersionKind, Object> objects = new HashMap<>();
    private final Map<GroupVersionKind, Object> olds = new HashMap<>();
    private final Map<Matching.As, Object> facts = new HashMap<>();
    private final Map<Authorizer.Attributes, Authorizer.Decision> decisions = new HashMap<>();
    private Object namespace;

    public RequestView(AdmissionRequest request, AdmissionServices services) {
        this.request = request;
        this.services = services;
    }

    /** The new object changed: it is looked at anew. */
    public void changed() {
        objects.clear();
    }

    /**
     * The variables of an evaluation, all but a policy's own.
     *
     * @param as in which version expressions see the objects
     * @param object the new object in that version, if the caller has one that differs from the request's; else null
     * @param withNamespace whether {@code namespaceObject} is known
     */
    public Map<String, Object> values(Matching.As as, Map<String, Object> object, boolean withNamespace) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put(
                "object",
                object != null
                        ? Values.ofTree(object)
                        : objects.computeIfAbsent(as.kind(), kind -> converted(request.object(), kind)));
        values.put("oldObject", olds.computeIfAbsent(as.kind(), kind -> converted(request.old(), kind)));
        values.put("request", facts.computeIfAbsent(as, a -> Values.ofTree(Review.facts(request, a))));
        values.put("namespaceObject", withNamespace ? namespace() : Values.ofTree(null));
        return values;
    }

    private Object converted(Map<String, Object> tree, GroupVersionKind kind) {
        return Values.ofTree(tree == null ? null : services.versions().convert(tree, kind));
    }

    /** Adds what asks the authorizer in the name of the user. Equal questions are asked once. */
    public void addAuthorizer(Map<String, Object> values) {
        RequestContext context = request.context();
        GroupVersionResource resource = context.resource();
        Asker asker = new Asker(
                attributes -> decisions.computeIfAbsent(attributes, services.authorizer()::authorize), context.user());
        values.put("authorizer", asker);
        values.put(
                "authorizer.requestResource",
                new ResourceCheck(
                        asker,
                        resource.group(),
                        resource.resource(),
                        Ask.subresource(request),
                        Ask.namespace(request),
                        context.name() == null ? "" : context.name()));
    }

    /**
     * The namespace of the object; null to expressions where there is none.
     *
     * @throws ApiException 404 if it is gone
     */
    private Object namespace() {
        if (namespace == null) namespace = Values.ofTree(namespaceTree());
        return namespace;
    }

    private Map<String, Object> namespaceTree() {
        boolean isNamespace = request.context().resource().qualified().equals("namespaces");
        String name = Ask.namespace(request);
        if (isNamespace || name.isEmpty()) return null;
        Map<String, Object> tree = services.reader()
                .get(Ask.NAMESPACES, "", name)
                .orElseThrow(() -> ApiException.notFound(Ask.NAMESPACES, name))
                .tree();
        Map<String, Object> metadata = new LinkedHashMap<>();
        if (tree.get("metadata") instanceof Map<?, ?> all) {
            NAMESPACE_METADATA.forEach(field -> metadata.put(field, all.get(field)));
        }
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("metadata", metadata);
        shown.put("spec", tree.get("spec"));
        shown.put("status", tree.get("status"));
        return shown;
    }
}
