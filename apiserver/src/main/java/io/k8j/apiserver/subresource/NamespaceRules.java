package io.k8j.apiserver.subresource;

import io.k8j.apiserver.meta.SystemFields;
import io.k8j.apiserver.validation.ClusterValidation;
import io.k8j.apiserver.verb.Call;
import io.k8j.apiserver.verb.UpdateRules;
import io.k8j.model.api.FieldError;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Updates through {@code namespaces/finalize}: only {@code spec.finalizers} changes. */
public final class NamespaceRules {
    public static final UpdateRules FINALIZE = new UpdateRules() {
        @Override
        public void prepare(Call call, Map<String, Object> object, Map<String, Object> old) {
            Object status = old.get("status");
            if (status == null) object.remove("status");
            else object.put("status", status);
            SystemFields.metadata(object);
        }

        @Override
        public List<FieldError> validate(Call call, Map<String, Object> object, Map<String, Object> old) {
            return Stream.of(
                            call.storage().strategy().validateUpdate(call.context(), object, old),
                            ClusterValidation.namespaceFinalize(object))
                    .flatMap(List::stream)
                    .toList();
        }
    };

    private NamespaceRules() {}
}
