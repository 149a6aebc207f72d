package io.k8j.apiserver.cel;

import dev.cel.common.types.SimpleType;
import io.k8j.model.cel.FunctionLibrary;
import io.k8j.model.cel.Values;

/** Upstream's {@code kubernetes.jsonpatch}: keys as parts of a JSON pointer. */
final class PatchFunctions extends FunctionLibrary {
    PatchFunctions() {
        function(
                "jsonpatch.escapeKey",
                "string_jsonpatch_escapeKey_string",
                SimpleType.STRING,
                args -> ((String) args[0]).replace("~", "~0").replace("/", "~1"),
                Values.TEXT);
    }
}
