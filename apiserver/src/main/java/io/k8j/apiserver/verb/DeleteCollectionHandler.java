package io.k8j.apiserver.verb;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.ApiResponse.ApiList;

/** DELETE of a collection: lists, then deletes each; not atomic, as upstream. Answers with the list. */
public final class DeleteCollectionHandler implements Handler {
    private final ListHandler lister;
    private final DeleteFlow flow;

    public DeleteCollectionHandler(ListHandler lister, DeleteFlow flow) {
        this.lister = lister;
        this.flow = flow;
    }

    @Override
    public ApiResponse handle(Call call) {
        ApiResponse listed = lister.handle(call);
        DeleteOptions options = DeleteOptions.read(call.api());
        options.warn(call);
        ApiList list = listed.list();
        for (ApiObject item : list.items()) {
            try {
                flow.delete(call, call.storage().key(item.namespace(), item.name()), options);
            } catch (ApiException e) {
                if (!e.isNotFound()) throw e;
            }
        }
        return new ApiResponse(200, null, list, call.context().warnings());
    }
}
