package io.k8j.kubelet.cri;

import io.grpc.Status;
import java.io.Serial;

/** A refusal of the container runtime. Its message is what Go programs print, since it ends up in events and states. */
public final class RuntimeFailure extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final Status.Code code;
    private final String description;

    /** Makes a failure with gRPC's code and the runtime's own words. */
    public RuntimeFailure(Status.Code code, String description, Throwable cause) {
        super("rpc error: code = " + goName(code) + " desc = " + description, cause);
        this.code = code;
        this.description = description;
    }

    /** gRPC's status code. */
    public Status.Code code() {
        return code;
    }

    /** The runtime's own words, without the prefix of {@link #getMessage}. */
    public String description() {
        return description;
    }

    /** Whether the thing asked for does not exist. */
    public boolean isNotFound() {
        return code == Status.Code.NOT_FOUND;
    }

    private static String goName(Status.Code code) {
        return switch (code) {
            case OK -> "OK";
            case CANCELLED -> "Canceled";
            case UNKNOWN -> "Unknown";
            case INVALID_ARGUMENT -> "InvalidArgument";
            case DEADLINE_EXCEEDED -> "DeadlineExceeded";
            case NOT_FOUND -> "NotFound";
            case ALREADY_EXISTS -> "AlreadyExists";
            case PERMISSION_DENIED -> "PermissionDenied";
            case RESOURCE_EXHAUSTED -> "ResourceExhausted";
            case FAILED_PRECONDITION -> "FailedPrecondition";
            case ABORTED -> "Aborted";
            case OUT_OF_RANGE -> "OutOfRange";
            case UNIMPLEMENTED -> "Unimplemented";
            case INTERNAL -> "Internal";
            case UNAVAILABLE -> "Unavailable";
            case DATA_LOSS -> "DataLoss";
            case UNAUTHENTICATED -> "Unauthenticated";
        };
    }
}
