package io.k8j.apiserver.virtual;

import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.verb.Admission;
import io.k8j.apiserver.verb.Call;
import io.k8j.apiserver.verb.Decoding;
import io.k8j.apiserver.verb.Params;
import io.k8j.model.resource.GroupVersionKind;
import java.util.Map;

/** Questions that are objects: nobody stores them, but admission sees them as it sees all that is created. */
final class Reviews {
    private Reviews() {}

    /** The body of a review, as the steps of admission left it. */
    static Map<String, Object> admitted(Call call, Admission admission) {
        Params params = Params.create(call.api());
        GroupVersionKind kind = call.resource().gvk();
        Map<String, Object> review = Decoding.created(call, params, kind);
        AdmissionRequest request = new AdmissionRequest(
                call.context(), AdmissionRequest.Operation.CREATE, kind, review, null, params.tree());
        admission.check(request);
        return request.object();
    }
}
