package io.k8j.model.openapi;

import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.schema.Schemas;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * One resource that documents describe.
 *
 * @param info the resource
 * @param typeName the OpenAPI name of its kind
 * @param tree a custom resource's schema as its definition gives it; null for built-in kinds, whose schema is known
 */
public record ApiKind(ResourceInfo info, String typeName, Map<String, Object> tree) {
    /** A built-in resource. */
    public static ApiKind builtIn(ResourceInfo info) {
        if (UsageSchemas.describes(info)) return UsageSchemas.kind(info);
        return new ApiKind(info, Schemas.kind(info.gvk()).typeName(), null);
    }

    /** A custom resource: {@code CronTab} of {@code stable.example.com/v1} is {@code com.example.stable.v1.CronTab}. */
    public static ApiKind custom(ResourceInfo info, Map<String, Object> tree) {
        List<String> words = new ArrayList<>(List.of(info.gvk().group().split("\\.")));
        Collections.reverse(words);
        String name = String.join(".", words) + "." + info.gvk().version() + "."
                + info.gvk().kind();
        return new ApiKind(info, name, tree);
    }

    /** Whether a CustomResourceDefinition made it. */
    boolean custom() {
        return tree != null && !UsageSchemas.describes(info);
    }

    String listTypeName() {
        return typeName.substring(0, typeName.lastIndexOf('.') + 1) + info.listKind();
    }
}
