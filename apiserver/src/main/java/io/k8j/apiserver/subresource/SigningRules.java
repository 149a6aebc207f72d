package io.k8j.apiserver.subresource;

import io.k8j.apiserver.verb.Call;
import io.k8j.apiserver.verb.UpdateRules;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Updates through {@code certificatesigningrequests/approval}: only conditions change. */
public final class SigningRules {
    public static final UpdateRules APPROVAL = new UpdateRules() {
        @Override
        public void prepare(Call call, Map<String, Object> object, Map<String, Object> old) {
            List<Object> conditions = new ArrayList<>(Trees.list(object, "status", "conditions"));
            Object metadata = object.get("metadata");
            object.clear();
            object.putAll(Trees.deepCopy(old));
            object.put("metadata", metadata);
            if (!(object.get("status") instanceof Map)) object.put("status", new LinkedHashMap<>());
            String now = io.k8j.apiserver.meta.SystemFields.time(call.context().now());
            for (Object condition : conditions) {
                if (!(condition instanceof Map<?, ?> map)) continue;
                Map<String, Object> c = Trees.asMap(map);
                c.putIfAbsent("status", "True");
                c.putIfAbsent("lastUpdateTime", now);
                c.putIfAbsent("lastTransitionTime", now);
            }
            if (conditions.isEmpty()) Trees.remove(object, "status", "conditions");
            else Trees.set(object, conditions, "status", "conditions");
        }

        @Override
        public List<FieldError> validate(Call call, Map<String, Object> object, Map<String, Object> old) {
            return call.storage().strategy().validateStatusUpdate(call.context(), object, old);
        }
    };

    private SigningRules() {}
}
