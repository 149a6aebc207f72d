package io.k8j.apiserver.verb;

import io.k8j.apiserver.resource.StoredResource;
import io.k8j.model.resource.GroupResource;
import java.util.Map;

/** Finds the hook of a resource. */
public record Hooks(Map<GroupResource, WriteHook> byResource) {
    WriteHook of(StoredResource resource) {
        return byResource.getOrDefault(resource.id(), WriteHook.NONE);
    }
}
