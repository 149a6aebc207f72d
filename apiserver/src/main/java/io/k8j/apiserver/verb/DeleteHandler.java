package io.k8j.apiserver.verb;

import io.k8j.model.api.ApiResponse;

/** DELETE of one object. */
public final class DeleteHandler implements Handler {
    private final DeleteFlow flow;

    public DeleteHandler(DeleteFlow flow) {
        this.flow = flow;
    }

    @Override
    public ApiResponse handle(Call call) {
        DeleteOptions options = DeleteOptions.read(call.api());
        options.warn(call);
        DeleteFlow.Outcome outcome = flow.delete(call, call.key(), options);
        boolean waits = !outcome.removed() && Boolean.FALSE.equals(options.orphanDependents());
        return call.answerAsIs(waits ? 202 : 200, flow.body(call, outcome));
    }
}
