package io.k8j.apiserver.verb;

import io.k8j.apiserver.audit.AuditEvent;
import io.k8j.apiserver.meta.SystemFields;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.json.Trees;
import java.util.Map;

/** POST: decode, take ownership of fields, mutating admission, then {@link ObjectCreator}. */
public final class CreateHandler implements Handler {
    private final Admission admission;
    private final ObjectCreator creator;

    public CreateHandler(Admission admission, ObjectCreator creator) {
        this.admission = admission;
        this.creator = creator;
    }

    @Override
    public ApiResponse handle(Call call) {
        Params params = Params.create(call.api());
        Map<String, Object> object = Decoding.body(call, params);
        AuditEvent recorded = AuditEvent.current();
        if (recorded != null) recorded.requestObject(object);
        Map<String, Object> metadata = SystemFields.metadata(object);
        SystemFields.wipe(metadata);
        SystemFields.takeNamespace(metadata, call.objectNamespace());
        SystemFields.dropRepeatedOwners(metadata, false, call.context()::warn);
        FieldOwnership.update(call, null, object, params.managerOr(call.agent()));
        ApiObject created = create(call, call.workingForm(object), params);
        return call.answer(201, created);
    }

    private ApiObject create(Call call, Map<String, Object> object, Params params) {
        Map<String, Object> managed = object;
        admission.mutate(Admission.request(call, Operation.CREATE, object, null, params.tree()));
        SystemFields.dropRepeatedOwners(SystemFields.metadata(object), true, call.context()::warn);
        try {
            return creator.create(call, object, params.dryRun(), params.tree());
        } catch (ApiException e) {
            // Managed fields may be what made it too large; upstream gives them up then.
            if (e.code() != 413 || Trees.remove(managed, "metadata", "managedFields") == null) throw e;
            return creator.create(call, Trees.deepCopy(managed), params.dryRun(), params.tree());
        }
    }
}
