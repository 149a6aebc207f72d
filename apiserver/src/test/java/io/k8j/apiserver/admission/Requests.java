package io.k8j.apiserver.admission;

import io.k8j.apiserver.Yaml;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import java.time.Instant;
import java.util.Map;

/** Makes admission requests for tests. */
public final class Requests {
    public static final GroupVersionResource PODS = new GroupVersionResource("", "v1", "pods");

    private Requests() {}

    public static AdmissionRequest createPod(String yaml) {
        return create(PODS, "Pod", yaml);
    }

    public static AdmissionRequest create(GroupVersionResource resource, String kind, String yaml) {
        return of(resource, kind, Operation.CREATE, "", Yaml.tree(yaml), null, UserInfo.of("me"));
    }

    public static AdmissionRequest update(GroupVersionResource resource, String kind, String yaml, String old) {
        return of(resource, kind, Operation.UPDATE, "", Yaml.tree(yaml), Yaml.tree(old), UserInfo.of("me"));
    }

    public static AdmissionRequest of(
            GroupVersionResource resource,
            String kind,
            Operation operation,
            String subresource,
            Map<String, Object> object,
            Map<String, Object> old,
            UserInfo user) {
        Map<String, Object> subject = object == null ? old : object;
        String name = Trees.string(subject, "metadata", "name");
        String namespace = Trees.string(subject, "metadata", "namespace");
        Verb verb =
                operation == Operation.CREATE ? Verb.CREATE : operation == Operation.DELETE ? Verb.DELETE : Verb.UPDATE;
        RequestContext context = new RequestContext(
                user,
                verb,
                resource,
                namespace == null ? "" : namespace,
                operation == Operation.CREATE ? "" : name,
                subresource,
                Instant.EPOCH,
                false);
        GroupVersionKind gvk = new GroupVersionKind(resource.group(), resource.version(), kind);
        return new AdmissionRequest(context, operation, gvk, object, old, Map.of());
    }

    /** Runs one step, both halves. */
    public static AdmissionRequest run(AdmissionPlugin plugin, AdmissionRequest request) {
        if (plugin.handles(request)) {
            do {
                plugin.mutate(request);
            } while (request.rounds().begin());
            plugin.validate(request);
        }
        return request;
    }
}
