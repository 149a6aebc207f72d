package io.k8j.apiserver.subresource;

import io.k8j.apiserver.TokenIssuer;
import io.k8j.apiserver.cache.CachedObject;
import io.k8j.apiserver.meta.SystemFields;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.verb.Admission;
import io.k8j.apiserver.verb.Call;
import io.k8j.apiserver.verb.Decoding;
import io.k8j.apiserver.verb.Handler;
import io.k8j.apiserver.verb.Params;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import java.util.List;
import java.util.Map;

/** POST of {@code serviceaccounts/token}. */
public final class TokenHandler implements Handler {
    private static final GroupVersionKind REQUEST = new GroupVersionKind("authentication.k8s.io", "v1", "TokenRequest");

    private final TokenIssuer issuer;
    private final Admission admission;

    /** @param issuer null if there is none */
    public TokenHandler(TokenIssuer issuer, Admission admission) {
        this.issuer = issuer;
        this.admission = admission;
    }

    @Override
    public ApiResponse handle(Call call) {
        Params params = Params.create(call.api());
        AdmissionRequest admitted = new AdmissionRequest(
                call.context(),
                AdmissionRequest.Operation.CREATE,
                REQUEST,
                Decoding.created(call, params, REQUEST),
                null,
                params.tree());
        admission.mutate(admitted);
        Map<String, Object> request = admitted.object();
        String wanted = Trees.string(request, "metadata", "name");
        if (wanted != null && !wanted.isEmpty() && !wanted.equals(call.name())) {
            throw ApiException.invalid(
                    REQUEST,
                    call.name(),
                    List.of(FieldError.invalid(
                            "metadata.name", wanted, "must match the service account name if specified")));
        }
        CachedObject account = call.storage().cache().get(call.key());
        if (account == null) throw call.notFound();
        if (issuer == null) throw ApiException.internal("no issuer of ServiceAccount tokens is configured");
        Trees.set(request, call.name(), "metadata", "name");
        Trees.set(request, account.object().uid(), "metadata", "uid");
        Trees.set(request, SystemFields.time(call.context().now()), "metadata", "creationTimestamp");
        Trees.set(request, call.namespace(), "metadata", "namespace");
        admission.validate(admitted);
        Map<String, Object> issued = issuer.issue(call.context(), account.object(), request);
        return call.answerAsIs(201, ApiObject.ofJson(Json.write(issued)));
    }
}
