package dev.twinkeeper.curator;

/** How a reign sees the tree: by a recipe that tells the {@link Reign} what stands there and what changes. */
interface TreeView {
    /**
     * Returns when everything that exists has been told. S2: assignments before statuses. After that it tells of
     * changes.
     */
    void look() throws Exception;

    /** Takes the watches away. */
    void close() throws Exception;
}
