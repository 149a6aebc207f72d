package io.k8j.apiserver.crd;

import io.k8j.apiserver.meta.SystemFields;
import io.k8j.apiserver.subresource.Conditions;
import io.k8j.apiserver.verb.WriteHook;
import io.k8j.model.json.Trees;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Holds a definition that is being deleted until its objects are gone. */
public final class DefinitionHook implements WriteHook {
    static final String FINALIZER = "customresourcecleanup.apiextensions.k8s.io";

    @Override
    public void beforeDelete(Map<String, Object> definition, Instant now) {
        Map<String, Object> metadata = SystemFields.metadata(definition);
        if (metadata.get("deletionTimestamp") != null) return;
        List<Object> finalizers = new ArrayList<>(Trees.list(metadata, "finalizers"));
        if (!finalizers.contains(FINALIZER)) finalizers.add(FINALIZER);
        metadata.put("finalizers", finalizers);
        Conditions.set(
                definition,
                "Terminating",
                "True",
                "InstanceDeletionPending",
                "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
                now);
    }
}
