"""The lines of the permission matrix for themes and tagging; see `table.py` for how they are read.

`merge` is a tagging that merged two themes. A text of Other is named by a code, a tagging by its id.
"""

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
tracker:themes                       GET   -        -          in   403  403  403  403  200  403  200  403  in   403
tracker:add-theme                    GET   -        -          in   403  403  403  403  200  403  200  403  in   403
tracker:add-theme                    POST  -        -          in   403  403  403  403  302  403  302  403  in   403
tracker:other-texts                  GET   -        -          in   403  403  403  403  200  403  403  403  in   403
tracker:other-text                   GET   ours     held       in   403  403  403  403  200  403  403  403  in   403
tracker:other-text                   POST  ours     held       in   403  403  403  403  302  403  403  403  in   403
tracker:other-text                   GET   nowhere  -          in   403  403  403  403  302  403  403  403  in   403
tracker:other-text                   POST  nowhere  -          in   403  403  403  403  302  403  403  403  in   403
tracker:change-theme-group           GET   ours     -          in   403  403  403  403  200  403  200  403  in   403
tracker:change-theme-group           POST  ours     -          in   403  403  403  403  302  403  302  403  in   403
tracker:change-theme-group           GET   nowhere  -          in   403  403  403  403  404  403  404  403  in   403
tracker:change-theme-group           POST  nowhere  -          in   403  403  403  403  404  403  404  403  in   403
tracker:change-theme                 GET   ours     -          in   403  403  403  403  200  403  200  403  in   403
tracker:change-theme                 POST  ours     -          in   403  403  403  403  302  403  302  403  in   403
tracker:change-theme                 GET   nowhere  -          in   403  403  403  403  404  403  404  403  in   403
tracker:change-theme                 POST  nowhere  -          in   403  403  403  403  404  403  404  403  in   403
tracker:merge-theme                  GET   ours     -          in   403  403  403  403  200  403  200  403  in   403
tracker:merge-theme                  POST  ours     -          in   403  403  403  403  302  403  302  403  in   403
tracker:merge-theme                  GET   nowhere  -          in   403  403  403  403  404  403  404  403  in   403
tracker:merge-theme                  POST  nowhere  -          in   403  403  403  403  404  403  404  403  in   403
tracker:theme                        GET   ours     -          in   403  403  403  403  200  403  200  403  in   403
tracker:theme                        GET   nowhere  -          in   403  403  403  403  404  403  404  403  in   403
tracker:move-theme-group             POST  ours     -          in   403  403  403  403  302  403  302  403  in   403
tracker:move-theme-group             POST  nowhere  -          in   403  403  403  403  404  403  404  403  in   403
tracker:remove-theme-group           POST  ours     -          in   403  403  403  403  302  403  302  403  in   403
tracker:remove-theme-group           POST  nowhere  -          in   403  403  403  403  404  403  404  403  in   403
tracker:move-theme                   POST  ours     -          in   403  403  403  403  302  403  302  403  in   403
tracker:move-theme                   POST  nowhere  -          in   403  403  403  403  404  403  404  403  in   403
tracker:switch-theme                 POST  ours     -          in   403  403  403  403  302  403  302  403  in   403
tracker:switch-theme                 POST  nowhere  -          in   403  403  403  403  404  403  404  403  in   403
tracker:tag                          POST  ours     held       in   403  403  403  302  302  403  403  403  in   403
tracker:tag                          POST  nowhere  -          in   403  403  403  302  302  403  403  403  in   403
tracker:taggings                     GET   -        -          in   403  403  403  200  200  403  403  403  in   403
tracker:tag-themes                   GET   ours     chosen     in   403  403  403  200  404  403  403  403  in   403
tracker:tag-themes                   POST  ours     chosen     in   403  403  403  302  404  403  403  403  in   403
tracker:tag-preview                  GET   ours     chosen     in   403  403  403  200  404  403  403  403  in   403
tracker:tag-preview                  POST  ours     chosen     in   403  403  403  302  404  403  403  403  in   403
tracker:tagging                      GET   ours     applied    in   403  403  403  200  200  403  403  403  in   403
tracker:tagging                      GET   theirs   applied    in   403  403  403  404  200  403  403  403  in   403
tracker:undo-tagging                 GET   ours     applied    in   403  403  403  200  200  403  404  403  in   403
tracker:undo-tagging                 POST  ours     applied    in   403  403  403  302  302  403  404  403  in   403
tracker:undo-tagging                 GET   theirs   applied    in   403  403  403  404  200  403  404  403  in   403
tracker:undo-tagging                 POST  theirs   applied    in   403  403  403  404  302  403  404  403  in   403
tracker:undo-tagging                 GET   merge    applied    in   403  403  403  404  200  403  200  403  in   403
tracker:undo-tagging                 POST  merge    applied    in   403  403  403  404  302  403  302  403  in   403
tracker:tag-themes                   GET   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
tracker:tag-themes                   POST  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
tracker:tag-preview                  GET   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
tracker:tag-preview                  POST  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
tracker:tagging                      GET   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
tracker:undo-tagging                 GET   nowhere  -          in   403  403  403  404  404  403  404  403  in   403
tracker:undo-tagging                 POST  nowhere  -          in   403  403  403  404  404  403  404  403  in   403
"""
