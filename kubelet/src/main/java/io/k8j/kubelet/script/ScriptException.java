package io.k8j.kubelet.script;

/** A mistake in a script, a stage or another file that a person wrote; the message names file, line and field. */
public final class ScriptException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ScriptException(String message) {
        super(message);
    }

    public ScriptException(String message, Throwable cause) {
        super(message, cause);
    }
}
