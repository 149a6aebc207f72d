package io.k8j.apiserver.verb;

import io.k8j.apiserver.audit.AuditEvent;
import io.k8j.apiserver.meta.SystemFields;
import io.k8j.apiserver.resource.ObjectCodec;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.json.Trees;
import java.util.Map;
import java.util.function.Consumer;

/** PUT, of an object or of a subresource that has the object's own kind. */
public final class UpdateHandler implements Handler {
    private final UpdateFlow flow;
    private final UpdateRules rules;
    private final Consumer<Call> authorizeCreate;

    public UpdateHandler(UpdateFlow flow, UpdateRules rules, Consumer<Call> authorizeCreate) {
        this.flow = flow;
        this.rules = rules;
        this.authorizeCreate = authorizeCreate;
    }

    @Override
    public ApiResponse handle(Call call) {
        Params params = Params.update(call.api());
        Map<String, Object> sent = Decoding.body(call, params);
        AuditEvent recorded = AuditEvent.current();
        if (recorded != null) recorded.requestObject(sent);
        Map<String, Object> metadata = SystemFields.metadata(sent);
        SystemFields.takeNamespace(metadata, call.objectNamespace());
        checkName(call, metadata);
        SystemFields.dropRepeatedOwners(metadata, false, call.context()::warn);
        String manager = params.managerOr(call.agent());
        boolean mayCreate =
                rules == MainRules.RULES && call.storage().strategy().allowCreateOnUpdate();
        UpdateFlow.Plan plan = new UpdateFlow.Plan(rules, mayCreate, authorizeCreate, params, 100, true);
        Body body = new Body(call, recorded == null ? sent : Trees.deepCopy(sent));
        UpdateFlow.Outcome outcome = flow.update(call, plan, current -> {
            Map<String, Object> object = body.take();
            FieldOwnership.update(call, current, object, manager);
            return object;
        });
        return call.answer(outcome.created() ? 201 : 200, outcome.object());
    }

    /** What the client sent, as a tree that may be changed; hardly ever needed more than once. */
    private static final class Body {
        private final Call call;
        private final Map<String, Object> first;
        private boolean taken;

        Body(Call call, Map<String, Object> first) {
            this.call = call;
            this.first = first;
        }

        Map<String, Object> take() {
            if (!taken) {
                taken = true;
                return first;
            }
            Map<String, Object> again = ObjectCodec.decode(
                            call.resource(), RequestBody.of(call.api().body()).tree())
                    .tree();
            Map<String, Object> metadata = SystemFields.metadata(again);
            SystemFields.takeNamespace(metadata, call.objectNamespace());
            SystemFields.dropRepeatedOwners(metadata, false, warning -> {});
            return again;
        }
    }

    /** The name in a body must be the path's. */
    static void checkName(Call call, Map<String, Object> metadata) {
        String name = metadata.get("name") instanceof String s ? s : "";
        if (name.isEmpty()) {
            throw ApiException.badRequest(
                    "the name of the object (%s based on URL) was undeterminable: name must be provided"
                            .formatted(call.name()));
        }
        if (!name.equals(call.name())) {
            throw ApiException.badRequest(
                    "the name of the object (%s) does not match the name on the URL (%s)".formatted(name, call.name()));
        }
    }
}
