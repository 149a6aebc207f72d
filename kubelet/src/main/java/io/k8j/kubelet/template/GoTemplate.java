package io.k8j.kubelet.template;

import java.util.List;

/** A template that was read once and may be rendered any number of times, by all threads. */
public final class GoTemplate {
    private final List<Piece> pieces;
    private final Functions functions;

    private GoTemplate(List<Piece> pieces, Functions functions) {
        this.pieces = pieces;
        this.functions = functions;
    }

    /**
     * Reads a template.
     *
     * @throws TemplateException if it is none, or calls a function that is not there
     */
    public static GoTemplate parse(String text, Functions functions) {
        return new GoTemplate(Parser.parse(text, functions.names()), functions);
    }

    /**
     * Prints the template with data, a tree of maps, lists, strings, numbers and booleans.
     *
     * @param more functions of this rendering; they must have been known by name when the template was read
     * @throws TemplateException if the template asks of the data what they do not have
     */
    public String render(Object data, Functions more) {
        return Run.of(functions.with(more), data).print(pieces);
    }
}
