UPDATE requests SET extension_reason = NULL;
